-- podboard's database. A fresh one is built from this file; podboard/records/migrations.py brings older ones here.
-- Times are RFC 3339 in UTC. "Sealed" is explained in podboard/records/sealing.py and docs/security.md.

PRAGMA application_id = 1886348386; -- "podb"
PRAGMA user_version = 3;

CREATE TABLE records (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    namespace TEXT CHECK (namespace <> ''),
    pod_name TEXT NOT NULL CHECK (pod_name <> ''),
    container TEXT CHECK (container <> ''),
    context TEXT CHECK (context <> ''),
    image TEXT,
    cluster_host TEXT CHECK (cluster_host <> ''),
    -- Sealed, or the path of a file.
    kubeconfig TEXT CHECK (kubeconfig GLOB 'sealed:1:*' OR kubeconfig GLOB '[/~]*'),
    token TEXT CHECK (token GLOB 'sealed:1:*'),
    certificate_authority_data TEXT CHECK (certificate_authority_data <> ''),
    insecure_skip_tls_verify INTEGER NOT NULL DEFAULT 0 CHECK (insecure_skip_tls_verify IN (0, 1)),
    -- Its secrets, and all that podboard does not know by name, are sealed one by one.
    ssh_connection_details TEXT CHECK (json_type(ssh_connection_details) = 'object'),
    labels TEXT NOT NULL DEFAULT '{}' CHECK (json_type(labels) = 'object'),
    note TEXT NOT NULL DEFAULT '',
    -- What older data held that has no column here.
    other TEXT NOT NULL DEFAULT '{}' CHECK (json_type(other) = 'object'),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- Holds all that says which pods a record is for: secrets can be large, and need not be read for it.
CREATE INDEX records_by_pod ON records (pod_name, namespace, container, context, name, updated_at);

-- Which keys secrets were sealed with, and where each is kept; the newest that is not retired seals.
CREATE TABLE sealing_keys (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) = 16),
    place TEXT NOT NULL CHECK (place IN ('keyring', 'file')),
    created_at TEXT NOT NULL,
    retired_at TEXT
) STRICT;

-- Where records came from that were carried over from another program's table, so that each is carried once.
CREATE TABLE adopted (
    legacy_table TEXT NOT NULL,
    legacy_id TEXT NOT NULL,
    record_id TEXT REFERENCES records (id) ON DELETE SET NULL,
    -- Keyed, so that it tells a change and nothing else.
    digest TEXT NOT NULL,
    adopted_at TEXT NOT NULL,
    PRIMARY KEY (legacy_table, legacy_id)
) STRICT;

CREATE INDEX adopted_by_record ON adopted (record_id);

-- The history: one row a terminal.
CREATE TABLE connections (
    id INTEGER PRIMARY KEY,
    record_id TEXT REFERENCES records (id) ON DELETE SET NULL,
    record_name TEXT,
    context TEXT NOT NULL,
    namespace TEXT NOT NULL,
    pod_name TEXT NOT NULL,
    container TEXT NOT NULL,
    -- The way in that worked, if one did, and what became of each that was tried.
    method TEXT,
    attempts TEXT NOT NULL DEFAULT '[]' CHECK (json_type(attempts) = 'array'),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    bytes_received INTEGER NOT NULL DEFAULT 0 CHECK (bytes_received >= 0),
    bytes_sent INTEGER NOT NULL DEFAULT 0 CHECK (bytes_sent >= 0),
    exit_code INTEGER,
    ending TEXT
) STRICT;

CREATE INDEX connections_by_start ON connections (started_at);
CREATE INDEX connections_by_record ON connections (record_id);

-- Shells in containers of which nobody has seen the end: of terminals that are open, and what they left behind.
CREATE TABLE shells (
    -- In the environment of all that was started from it.
    marker TEXT NOT NULL PRIMARY KEY CHECK (length(marker) = 32),
    context TEXT NOT NULL,
    namespace TEXT NOT NULL,
    pod_name TEXT NOT NULL,
    container TEXT NOT NULL,
    started_at TEXT NOT NULL,
    -- The podboard that looks after it: host, process and when that was started; empty once it has given up.
    owner TEXT NOT NULL,
    -- Why it could not be hung up.
    trouble TEXT
) STRICT;

-- The files that terminals were recorded to.
CREATE TABLE recordings (
    connection_id INTEGER NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    path TEXT NOT NULL CHECK (path <> ''),
    PRIMARY KEY (connection_id, path)
) STRICT, WITHOUT ROWID;

-- What the board was like when it was left, by context.
CREATE TABLE boards (
    context TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (json_type(state) = 'object'),
    updated_at TEXT NOT NULL
) STRICT;
