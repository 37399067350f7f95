-- The database of pod records. A fresh database is built from this file.

PRAGMA user_version = 1;

CREATE TABLE pods (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    pod_name TEXT NOT NULL,
    cluster_host TEXT NOT NULL DEFAULT '',
    kubeconfig TEXT NOT NULL DEFAULT '',
    token TEXT NOT NULL DEFAULT '',
    ssh_connection_details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(ssh_connection_details))
) STRICT;
