-- The application before podboard, after it learned to reach the API server itself.

CREATE TABLE "coding_kubernetespod" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "project_id" varchar(255) NULL,
    "conversation_id" varchar(255) NULL,
    "pod_name" varchar(255) NOT NULL,
    "namespace" varchar(255) NOT NULL,
    "image" varchar(255) NOT NULL,
    "status" varchar(50) NOT NULL,
    "resource_limits" text NOT NULL CHECK ((JSON_VALID("resource_limits") OR "resource_limits" IS NULL)),
    "service_details" text NOT NULL CHECK ((JSON_VALID("service_details") OR "service_details" IS NULL)),
    "ssh_connection_details" text NULL CHECK ((JSON_VALID("ssh_connection_details") OR "ssh_connection_details" IS NULL)),
    "cluster_host" varchar(255) NULL,
    "kubeconfig" text NULL,
    "token" text NULL,
    "created_at" datetime NOT NULL,
    "updated_at" datetime NOT NULL,
    "started_at" datetime NULL,
    "stopped_at" datetime NULL
);

INSERT INTO "coding_kubernetespod" VALUES
    (7, '12', '34', 'project-12-web', 'coding', 'python:3.11', 'running', '{"cpu": "500m"}', '{}', '{}',
     'https://10.0.0.1:6443', 'apiVersion: v1
users: [{user: {token: SECRET-kubeconfig-7}}]
', 'SECRET-token-7', '2024-01-02 03:04:05.123456', '2024-02-03 04:05:06', NULL, NULL),
    (8, '12', '34', 'project-12-db', 'coding', 'postgres', 'running', '{}', '{}', '[]',
     'https://ops:SECRET-login-8@10.0.0.1:6443', '~/.kube/config', '',
     '2024-01-02 03:04:05', '2024-02-03 04:05:06', NULL, NULL),
    (9, '12', '34', 'project-12-bad' || char(0), 'coding', '', 'failed', '{}', '{}', NULL,
     '', '', 'SECRET-token-9', '2024-01-02 03:04:05', '2024-02-03 04:05:06', NULL, NULL);
