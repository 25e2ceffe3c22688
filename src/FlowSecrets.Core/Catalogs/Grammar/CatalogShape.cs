namespace FlowSecrets.Catalogs.Grammar;

/// <summary>The catalog's grammar, whole. module/flowsecrets.schema.json is made of it.</summary>
internal static class CatalogShape
{
    /// <summary>As long as any store's names can be.</summary>
    private const int LongestName = 512;

    public const string Duration = "^[1-9][0-9]{0,4}(s|m|h|d|w)$";

    public static TextShape Name { get; } =
        Shape.Pattern(
            "A name that commands and paths can have.",
            @"^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.+=@:/-]*$",
            "letters, digits and _ . + = @ : / -, and begin with a letter, a digit or _"
        ) with
        {
            MaxLength = LongestName,
        };

    /// <summary>Whether a secret can have the key.</summary>
    public static bool IsName(string text) => Name.Matches(text);

    private static readonly TextShape FieldName = Shape.Pattern(
        "A name of a member of a JSON object.",
        @"^\.?[\p{L}\p{N}_]([\p{L}\p{M}\p{N}_.+=@:/ -]*[\p{L}\p{M}\p{N}_.+=@:/-])?$",
        "letters, digits, blanks and _ . + = @ : / -, and begin with a letter, a digit or _, or with a dot before one"
    ) with
    {
        MaxLength = LongestName,
    };

    /// <summary>Whether a field can have this name.</summary>
    public static bool IsFieldName(string name) => FieldName.Matches(name);

    public static TextShape Template { get; } =
        Shape.Value("Text that may hold references: {{ key }}, {{ key.field | urlencode }}, {{ [\"any key\"][\"any field\"] }}.");

    private static readonly ObjectShape Generate = Shape
        .Object(
            "How a value is made where none is given.",
            ("kind", Shape.Words("What to make.", "password", "hex", "base64", "base64url", "uuid", "passphrase", "rsa", "ec")),
            ("length", Shape.Number("Characters of a password.", 8, 1024)),
            ("bytes", Shape.Number("Random bytes of hex, base64 and base64url.", 8, 4096)),
            ("words", Shape.Number("Words of a passphrase.", 4, 64)),
            ("bits", Shape.Number("Bits of an RSA key: 2048, 3072 or 4096.", 2048, 4096)),
            ("curve", Shape.Words("Curve of an EC key.", "P-256", "P-384", "P-521")),
            ("symbols", Shape.Text("The symbols that a password may hold; empty: letters and digits only."))
        )
        .Requiring("kind");

    private static readonly ObjectShape Field = Shape.Object(
        "A member of a JSON secret.",
        ("description", Shape.Text("What it is for.")),
        ("prompt", Shape.Text("The question that the set-up asks.")),
        ("sensitive", Shape.Flag("Whether input is hidden; true unless said otherwise.")),
        ("default", Template with { Description = "What an empty answer means; may refer to other fields." }),
        ("env", Shape.Texts("Environment variables that carry it.", single: true)),
        ("local", Template with { Description = "A harmless value for development." }),
        ("required", Shape.Flag("Whether it must have a value; true unless said otherwise.")),
        ("generate", Generate)
    );

    private static readonly ObjectShape Target = Shape
        .Object(
            "The system that checks the credential.",
            ("kind", Shape.Words("What it is.", "generated", "postgres", "script", "manual")),
            ("host", Shape.Text("Field with the host.")),
            ("port", Shape.Text("Field with the port.")),
            ("database", Shape.Text("Field with the database.")),
            ("user", Shape.Text("Field with the user.")),
            ("password", Shape.Text("Field with the password.")),
            ("users", Shape.Texts("Two users that alternate.")),
            ("admin", Shape.Text("Key of the secret that may change the users.")),
            ("sslMode", Shape.Words("TLS to the server.", "disable", "prefer", "require", "verify-ca", "verify-full")),
            ("set", Shape.Text("Script that sets the new credential; the value comes by standard input.")),
            ("test", Shape.Text("Script that tests a credential.")),
            ("revoke", Shape.Text("Script that revokes the old credential."))
        )
        .Requiring("kind");

    private static readonly ObjectShape Rotate = Shape.Object(
        "How it is rotated.",
        ("every", Shape.Pattern("How often: 90d, 12h.", Duration, "a duration such as 90d, 12h or 30m")),
        (
            "overlap",
            Shape.Pattern(
                "How long the old value stays valid: 24h; 0s: not at all.",
                $"^0s$|{Duration}",
                "a duration such as 24h or 30m, or 0s"
            )
        ),
        ("previousEnv", Shape.Text("Environment variable that carries the old value during the overlap.")),
        ("pending", Shape.Words("Where a pending value waits on Google Cloud.", "sibling", "alias")),
        ("target", Target),
        (
            "carriers",
            Shape.ListOf(
                Shape
                    .Object(
                        "Another secret that carries the same credential.",
                        ("secret", Shape.Text("Its key.")),
                        ("user", Shape.Text("Its field with the user.")),
                        ("password", Shape.Text("Its field with the password."))
                    )
                    .Requiring("secret")
            )
        ),
        ("reencrypt", Shape.Text("Script that encrypts the data anew; without it an encryption key is not rotated."))
    );

    private static readonly ObjectShape Secret = Shape.Object(
        "A secret.",
        ("name", Shape.Text("Its whole name in the store, instead of prefix and key.") with { MaxLength = LongestName }),
        ("description", Shape.Text("What it is for.")),
        ("category", Shape.Text("Section in set-up and .env.")),
        ("env", Shape.Texts("Environment variables that carry it.", single: true)),
        ("required", Shape.Flag("Whether it must have a value; false unless said otherwise.")),
        ("usage", Shape.Words("encryption: data depends on it, so it is never overwritten by the way.", "encryption")),
        ("owner", Shape.Words("external: never generated, rotated or removed by this module.", "external")),
        ("format", Shape.Words("What its bytes are.", "text", "json", "binary")),
        ("sensitive", Shape.Flag("Whether input is hidden; true unless said otherwise.")),
        ("prompt", Shape.Text("The question that the set-up asks.")),
        ("default", Template with { Description = "What an empty answer means." }),
        ("generate", Generate),
        ("local", Template with { Description = "A harmless value for development; makes it a system secret." }),
        ("fields", Shape.Named(Field, FieldName, "Members of a JSON secret.") with { EmptyValues = true }),
        ("rotate", Rotate),
        ("workloads", Shape.Texts("Workloads that consume it.")),
        ("labels", Shape.MapOf(Shape.Value("A label."), "Labels in the store."))
    );

    private static readonly ListShape Access = Shape.ListOf(
        Shape
            .Object(
                "Who may read what.",
                ("principal", Shape.Text("user:, serviceAccount:, group: … or an ARN.")),
                ("role", Shape.Words("What is allowed.", "reader", "writer", "manager")),
                ("secrets", Shape.Texts("Keys, with wildcards."))
            )
            .Requiring("principal", "role", "secrets"),
        "Who may read what."
    );

    private static readonly MapShape Workloads = Shape.Named(
        Shape
            .Object(
                "What runs and consumes secrets.",
                ("kind", Shape.Words("What it is.", "kubernetes", "cloudrun", "apprunner", "ecs")),
                ("context", Shape.Text("kubectl context.")),
                ("namespace", Shape.Text("Kubernetes namespace.")),
                ("deployment", Shape.Text("Kubernetes Deployment.")),
                ("statefulset", Shape.Text("Kubernetes StatefulSet.")),
                ("daemonset", Shape.Text("Kubernetes DaemonSet.")),
                ("container", Shape.Text("Container, where there are several.")),
                ("project", Shape.Text("Google Cloud project.")),
                ("region", Shape.Text("Cloud region.")),
                ("cluster", Shape.Text("ECS cluster.")),
                ("service", Shape.Text("Cloud Run, App Runner or ECS service.")),
                ("arn", Shape.Text("ARN of the service."))
            )
            .Requiring("kind"),
        Name,
        "What runs and consumes secrets."
    );

    private static readonly ObjectShape Environment = Shape
        .Object(
            "A store and its place.",
            ("store", Shape.Words("Kind of store.", "local", "gcp", "aws")),
            ("path", Shape.Text("File of a local store, from the catalog's folder.")),
            ("project", Shape.Text("Google Cloud project id.")),
            ("region", Shape.Text("AWS region; on Google Cloud the location of regional secrets.")),
            ("replication", Shape.Texts("Locations that keep new secrets on Google Cloud; without it: automatic.", single: true)),
            ("kmsKey", Shape.Text("KMS key that encrypts new secrets; without it: the cloud's default key.")),
            ("profile", Shape.Text("Profile of the AWS configuration.")),
            ("prefix", Shape.Text("Instead of the catalog's prefix.") with { MaxLength = LongestName }),
            ("names", Shape.MapOf(Shape.Text("Its whole name in this store.") with { MaxLength = LongestName }, "Names by key.")),
            ("required", Shape.MapOf(Shape.Flag("Whether it must have a value here."), "Required or not, by key.")),
            ("access", Access),
            ("workloads", Workloads),
            ("kubernetes", KubernetesShape.Part)
        )
        .Requiring("store");

    private static readonly ObjectShape LocalEnv = Shape.Object(
        "The .env file for development.",
        ("path", Shape.Text("File, from the catalog's folder.")),
        ("from", Shape.Text("Environment that developer secrets are fetched from.")),
        ("target", Shape.Words("Dialect.", [.. Enum.GetNames<EnvDialect>().Select(static d => d.ToLowerInvariant())])),
        ("variables", Shape.MapOf(Template, "Further variables, made of templates.")),
        (
            "files",
            Shape.ListOf(
                Shape
                    .Object(
                        "A secret written to a file of its own.",
                        ("secret", Shape.Text("Its key.")),
                        ("path", Shape.Text("File, from the catalog's folder.")),
                        ("env", Shape.Text("Environment variable with the file's path."))
                    )
                    .Requiring("secret", "path")
            )
        ),
        ("nextSteps", Shape.Texts("What a developer does next; printed after the file is written."))
    );

    public static ObjectShape Root { get; } =
        Shape
            .Object(
                "The catalog of an application's secrets: which exist, what for, where each goes. It holds no value that matters.",
                ("$schema", Shape.Text("Address of this schema, for editors.")),
                ("application", Shape.Text("Name of the application.") with { MaxLength = LongestName }),
                (
                    "prefix",
                    Shape.Text("A secret's name in the store is prefix and key, unless it says name.") with
                    {
                        MaxLength = LongestName,
                    }
                ),
                ("default", Shape.Text("Environment used when none is named.")),
                ("environments", Shape.Named(Environment, Name, "Stores and their places by name.")),
                ("secrets", Shape.Named(Secret, Name, "Secrets by key.") with { EmptyValues = true }),
                ("localEnv", LocalEnv),
                ("access", Access),
                ("workloads", Workloads),
                ("kubernetes", KubernetesShape.Part)
            )
            .Requiring("application", "environments", "secrets");
}
