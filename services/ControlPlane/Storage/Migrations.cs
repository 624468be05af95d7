namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>
/// Statements that bring the schema from one version to the next; never changed once released, only added to. A version means the same
/// in both databases.
/// </summary>
public static class Migrations
{
    /// <summary>What holds JSON, as table and column: a database that says otherwise is damaged.</summary>
    public static IReadOnlyList<(string Table, string Column)> JsonColumns { get; } = [("clusters", "options"), ("scheduler_documents", "content"), ("clusters", "aim"), ("earlier_targets", "options"), ("clusters", "needs"), ("blueprints", "members")];

    public static IReadOnlyList<string> Sqlite { get; } =
    [
        """
        CREATE TABLE clusters (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            package TEXT NOT NULL,
            version TEXT NOT NULL,
            owner TEXT NOT NULL,
            options TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            delete_requested_at INTEGER,
            delete_reason TEXT,
            deleted_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX clusters_live_name ON clusters (name) WHERE deleted_at IS NULL;
        CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('bearer', 'session')),
            principal TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            target TEXT NOT NULL,
            detail TEXT NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        """,
        """
        CREATE TABLE leases (
            name TEXT PRIMARY KEY,
            holder TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            expires INTEGER NOT NULL
        ) STRICT;
        INSERT INTO leases (name, holder, epoch, expires) VALUES ('control-plane', '', 0, 0);
        CREATE TABLE scheduler_documents (
            cluster_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            content TEXT NOT NULL,
            PRIMARY KEY (cluster_id, kind, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE writes (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            count INTEGER NOT NULL
        ) STRICT;
        INSERT INTO writes (one, count) VALUES (1, 0);
        """,
        """
        ALTER TABLE clusters ADD COLUMN target INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE clusters ADD COLUMN target_at INTEGER;
        ALTER TABLE clusters ADD COLUMN aim TEXT NOT NULL DEFAULT '{}';
        CREATE TABLE earlier_targets (
            cluster_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            options TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (cluster_id, number)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        ALTER TABLE clusters ADD COLUMN needs TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE clusters ADD COLUMN blueprint TEXT;
        CREATE TABLE blueprints (
            name TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            owner TEXT NOT NULL,
            content TEXT NOT NULL,
            members TEXT NOT NULL,
            number INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;
        """,
    ];

    public static IReadOnlyList<string> Postgres { get; } =
    [
        """
        CREATE TABLE clusters (
            id text COLLATE "C" PRIMARY KEY,
            name text NOT NULL,
            package text NOT NULL,
            version text NOT NULL,
            owner text NOT NULL,
            options text NOT NULL,
            created_at bigint NOT NULL,
            expires_at bigint NOT NULL,
            delete_requested_at bigint,
            delete_reason text,
            deleted_at bigint
        );
        CREATE UNIQUE INDEX clusters_live_name ON clusters (name) WHERE deleted_at IS NULL;
        CREATE TABLE tokens (
            id text PRIMARY KEY,
            name text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('bearer', 'session')),
            principal text NOT NULL,
            hash bytea NOT NULL UNIQUE,
            created_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        CREATE TABLE audit (
            sequence bigint PRIMARY KEY,
            at bigint NOT NULL,
            actor text NOT NULL,
            action text NOT NULL,
            target text NOT NULL,
            detail text NOT NULL,
            hash bytea NOT NULL
        );
        """,
        """
        CREATE TABLE leases (
            name text PRIMARY KEY,
            holder text NOT NULL,
            epoch bigint NOT NULL,
            expires bigint NOT NULL,
            UNIQUE (name, epoch)
        );
        INSERT INTO leases (name, holder, epoch, expires) VALUES ('control-plane', '', 0, 0);
        CREATE TABLE scheduler_documents (
            cluster_id text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            content text NOT NULL,
            PRIMARY KEY (cluster_id, kind, key)
        );
        CREATE TABLE protection_keys (
            name text PRIMARY KEY,
            content text NOT NULL
        );
        """,
        """
        ALTER TABLE clusters ADD COLUMN target integer NOT NULL DEFAULT 1;
        ALTER TABLE clusters ADD COLUMN target_at bigint;
        ALTER TABLE clusters ADD COLUMN aim text NOT NULL DEFAULT '{}';
        CREATE TABLE earlier_targets (
            cluster_id text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            options text NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (cluster_id, number)
        );
        """,
        """
        ALTER TABLE clusters ADD COLUMN needs text NOT NULL DEFAULT '[]';
        ALTER TABLE clusters ADD COLUMN blueprint text;
        CREATE TABLE blueprints (
            name text COLLATE "C" PRIMARY KEY,
            title text NOT NULL,
            owner text NOT NULL,
            content text NOT NULL,
            members text NOT NULL,
            number integer NOT NULL,
            created_at bigint NOT NULL,
            changed_at bigint NOT NULL
        );
        """,
    ];
}
