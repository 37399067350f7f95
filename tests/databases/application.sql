-- The application before podboard, before its pods had columns for reaching the API server.

CREATE TABLE "django_migrations" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app" varchar(255) NOT NULL,
    "name" varchar(255) NOT NULL,
    "applied" datetime NOT NULL
);
INSERT INTO "django_migrations" VALUES (1, 'coding', '0001_initial', '2023-12-01 10:00:00.000001');

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
    "created_at" datetime NOT NULL,
    "updated_at" datetime NOT NULL,
    "started_at" datetime NULL,
    "stopped_at" datetime NULL
);
CREATE INDEX "coding_kubernetespod_project_id_f2a1" ON "coding_kubernetespod" ("project_id");

INSERT INTO "coding_kubernetespod" VALUES
    (1, '12', '34', 'project-12-web', 'coding', 'python:3.11', 'running',
     '{"cpu": "500m", "memory": "1Gi"}', '{"url": "http://10.0.0.9:8080/?key=SECRET-service-1"}',
     '{"hostname": "bastion.example", "port": 2222, "user": "ops", "private_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET-key-1\n-----END OPENSSH PRIVATE KEY-----\n", "passphrase": "SECRET-phrase-1"}',
     '2024-01-02 03:04:05.123456', '2024-02-03 04:05:06', '2024-01-02 03:05:00', NULL),
    (2, NULL, NULL, 'project-12-web', 'coding', '', 'stopped', '{}', '{}', NULL,
     '2024-01-02 03:04:06', '2024-01-02 03:04:06', NULL, NULL),
    (3, NULL, NULL, '', 'coding', '', 'failed', '{}', '{}', NULL,
     '2024-01-02 03:04:07', '2024-01-02 03:04:07', NULL, NULL);
