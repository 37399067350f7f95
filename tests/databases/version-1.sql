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

INSERT INTO pods VALUES
    (1, 'shop web', 'shop', 'web-7d9c', 'https://10.0.0.1:6443', '', 'SECRET-token-1', '{}'),
    (2, 'by path', 'shop', 'web-*', '', '/etc/kube/config', '',
     '{"host": "bastion.example", "username": "ops", "password": "SECRET-password-2", "odd": ["SECRET-odd-2"]}'),
    (3, 'ключ 🔑 ''quoted''', 'default', 'db-0', 'https://ops:SECRET-login-3@10.0.0.1:6443',
     'apiVersion: v1
users: [{user: {token: SECRET-kubeconfig-3}}]
', '', '{}');
