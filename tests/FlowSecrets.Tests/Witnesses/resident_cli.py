"""A vendor's CLI with its modules loaded once. It forks for every command, and the child runs the CLI's own main.

A line of JSON comes in for each command and one goes out; answers come in the order in which commands end.
It ends when its input does, and its commands with it.

    resident_cli.py gcloud ... gcloud.py     as gcloud's start script runs it
    resident_cli.py aws
    resident_cli.py aws --commands FILE      no server: the commands of a JSON file, in one process
"""

import atexit
import contextlib
import gc
import importlib
import importlib.util
import io
import json
import os
import selectors
import signal
import sys
import tempfile
import threading
import time


class Gcloud:
    """Started by gcloud's own script, which chooses the interpreter and names gcloud.py as the last argument."""

    # What this makes the CLI read anew.
    renewed = {'CLOUDSDK_CONFIG', 'CLOUDSDK_ACTIVE_CONFIG_NAME'}

    # What the script sets for every command.
    script = (
        'CLOUDSDK_ROOT_DIR', 'CLOUDSDK_PYTHON_ARGS', 'CLOUDSDK_PYTHON_SITEPACKAGES', 'CLOUDSDK_GSUTIL_PYTHON',
        'CLOUDSDK_BQ_PYTHON', 'CLOUDSDK_ENCODING', 'PYTHONIOENCODING')

    # What nearly every command imports besides.
    common = (
        'calliope.parser_completer', 'command_lib.iam.iam_util', 'core.credentials.transports',
        'core.universe_descriptor.universe_descriptor', 'core.updater.update_manager')

    def __init__(self):
        # The script's argument for this file is no command's.
        arguments = os.environ.pop('CLOUDSDK_PYTHON_ARGS').split(sys.argv[0])[0].strip()
        if arguments:
            os.environ['CLOUDSDK_PYTHON_ARGS'] = arguments
        self.set = {name: os.environ[name] for name in self.script if name in os.environ}
        self.program = sys.argv[-1]

    def load(self):
        sys.path[0] = os.path.dirname(self.program)
        spec = importlib.util.spec_from_file_location('gcloud', self.program)
        self.gcloud = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.gcloud)
        sys.path = self.gcloud.reorder_sys_path(sys.path)
        # It reads a configuration while it loads, and makes one where there is none: this machine's is no test's.
        with tempfile.TemporaryDirectory() as empty:
            os.environ['CLOUDSDK_CONFIG'] = empty
            importlib.import_module('googlecloudsdk.gcloud_main')
            for name in self.common:
                with contextlib.suppress(ModuleNotFoundError):
                    importlib.import_module('googlecloudsdk.' + name)
        self.configurations = importlib.import_module('googlecloudsdk.core.configurations.named_configs')
        self.log = importlib.import_module('googlecloudsdk.core.log')

    def run(self, arguments):
        # Of what was read while it loaded, only the folders of `gcloud storage` and the universe stay.
        self.configurations.ActivePropertiesFile.Invalidate()
        self.log.Reset()
        sys.argv = [self.program, *arguments]
        self.gcloud.main()


class Aws:
    """The CLI of this interpreter."""

    renewed = {'AWS_DATA_PATH'}
    set = {}

    def load(self):
        self.awscli = importlib.import_module('awscli')
        self.driver = importlib.import_module('awscli.clidriver')
        importlib.import_module('awscli.handlers')

    def run(self, arguments):
        # It completes AWS_DATA_PATH while it loads.
        importlib.reload(self.awscli)
        if arguments[0] == '--commands':
            self.run_all(arguments[1])
        else:
            sys.argv = ['aws', *arguments]
            sys.exit(self.driver.main())

    def run_all(self, path):
        """Writes exit code, output and error of each command."""
        driver = self.driver.create_clidriver()

        def call(arguments):
            streams = [io.TextIOWrapper(io.BytesIO(), encoding='utf-8', write_through=True) for _ in range(2)]
            with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
                try:
                    code = driver.main(arguments)
                except SystemExit as end:
                    code = end.code
            output, error = [s.buffer.getvalue().decode() for s in streams]
            return {'exitCode': code or 0, 'output': output, 'error': error}

        with open(path, encoding='utf-8') as file:
            json.dump([call(command) for command in json.load(file)], sys.stdout)


class Variables:
    """Tells which variables may have settled something before a command has brought its own."""

    def __init__(self, renewed):
        # PATH is searched when it is needed, and shims of Python add to it.
        self.renewed = renewed | {'PATH', 'PYTHONIOENCODING'}
        self.start = dict(os.environ)
        self.read = set()

    def watch(self, load):
        kind = type(os.environ)
        get = kind.__getitem__

        def noting(environ, name):
            self.read.add(os.fsdecode(name))
            return get(environ, name)

        kind.__getitem__ = noting
        try:
            load()
        finally:
            kind.__getitem__ = get

    def stale(self, environment):
        start = {n for n in {*self.start, *environment} if n.startswith(('PYTHON', 'LC_', 'LANG'))}
        return sorted(n for n in (self.read | start) - self.renewed if self.start.get(n) != environment.get(n))


class Command:
    """A command under way, seen from the server."""

    def __init__(self, request):
        self.id = request['id']
        self.output = tempfile.TemporaryFile()
        self.error = tempfile.TemporaryFile()
        self.done, held = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(held)

    def answer(self):
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.done)
        return {
            'id': self.id, 'exitCode': code if code >= 0 else 128 - code,
            'output': self.text(self.output), 'error': self.text(self.error)}

    def enter(self, request):
        """Makes the child's process what the program's would be."""
        os.dup2(self.output.fileno(), 1)
        os.dup2(self.error.fileno(), 2)
        os.chdir(request['folder'])
        os.environ.clear()
        os.environ.update(request['environment'])
        time.tzset()
        encoding, _, errors = os.environ.get('PYTHONIOENCODING', '').partition(':')
        sys.stdout.reconfigure(encoding=encoding or None, errors=errors or None)
        sys.stderr.reconfigure(encoding=encoding or None, errors='backslashreplace')

    @staticmethod
    def text(file):
        with file:
            file.seek(0)
            return file.read().decode('utf-8', 'replace')


class Server:
    def __init__(self, cli):
        # Only these two speak to the tests: the CLI has no input, and what it prints while it loads is for nobody.
        self.requests, self.answers = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        self.cli = cli
        self.variables = Variables(cli.renewed)
        self.commands = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.requests, selectors.EVENT_READ)
        self.rest = b''

    def serve(self):
        """Comes back in a child alone, with the arguments of its command."""
        self.variables.watch(self.cli.load)
        sys.stdout.flush()
        gc.collect()
        gc.freeze()
        try:
            self.say({'ready': True})
            return self.next()
        except BrokenPipeError:
            self.end()

    def next(self):
        while True:
            for key, _ in self.selector.select():
                if key.fd != self.requests:
                    self.selector.unregister(key.fd)
                    self.say(self.commands.pop(key.fd).answer())
                    continue
                for request in self.read():
                    arguments = self.start(request)
                    if arguments is not None:
                        return arguments

    def read(self):
        data = os.read(self.requests, 1 << 16)
        if not data:
            self.end()
        *lines, self.rest = (self.rest + data).split(b'\n')
        return [json.loads(line) for line in lines]

    def start(self, request):
        request['environment'].update(self.cli.set)
        stale = self.variables.stale(request['environment'])
        if stale:
            self.say({'id': request['id'], 'stale': stale})
            return None
        command = Command(request)
        if command.pid:
            self.commands[command.done] = command
            self.selector.register(command.done, selectors.EVENT_READ)
            return None
        self.selector.close()
        os.close(self.requests)
        os.close(self.answers)
        command.enter(request)
        return request['arguments']

    def end(self):
        for command in self.commands.values():
            os.kill(command.pid, signal.SIGKILL)
        os._exit(0)

    def say(self, message):
        data = json.dumps(message).encode() + b'\n'
        while data:
            data = data[os.write(self.answers, data):]


def main():
    cli = Gcloud() if sys.argv[1] == 'gcloud' else Aws()
    if '--commands' in sys.argv:
        cli.load()
        cli.run(sys.argv[2:])
        return
    arguments = Server(cli).serve()
    code = 0
    try:
        cli.run(arguments)
    except SystemExit as end:
        code = end.code or 0
    if threading.active_count() > 1 or not isinstance(code, int):
        sys.exit(code)
    # The interpreter's own end would also take apart all that was loaded, which is long.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code & 255)


if __name__ == '__main__':
    main()
