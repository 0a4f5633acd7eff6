PRAGMA application_id = 1163283531;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE ledger (
        key TEXT PRIMARY KEY,
        service TEXT NOT NULL,
        state TEXT NOT NULL,
        reserved INTEGER NOT NULL,
        charged INTEGER,
        reserved_at REAL NOT NULL,
        settled_at REAL
    ) WITHOUT ROWID;
INSERT INTO "ledger" VALUES('foxaaaaaaaaa','emulator','settled',9000000,7500000,1795500000.0,1795500005.0);
INSERT INTO "ledger" VALUES('lostcccccccc','api.evolink.ai','reserved',9000000,NULL,1795500200.0,NULL);
INSERT INTO "ledger" VALUES('nachtbbbbbbb','api.evolink.ai','settled',9000000,7500000,1795500100.0,1795500105.0);
CREATE TABLE ledger_scopes (
        scope TEXT NOT NULL,
        key TEXT NOT NULL REFERENCES ledger (key),
        PRIMARY KEY (scope, key)
    ) WITHOUT ROWID;
INSERT INTO "ledger_scopes" VALUES('day 2026-11-24','foxaaaaaaaaa');
INSERT INTO "ledger_scopes" VALUES('day 2026-11-24','lostcccccccc');
INSERT INTO "ledger_scopes" VALUES('day 2026-11-24','nachtbbbbbbb');
CREATE TABLE notes (
        name TEXT PRIMARY KEY,
        record TEXT NOT NULL
    ) WITHOUT ROWID;
INSERT INTO "notes" VALUES('durations','{"n":1}');
CREATE TABLE pictures (
        key TEXT NOT NULL REFERENCES sets (key),
        number INTEGER NOT NULL,
        path TEXT NOT NULL UNIQUE,
        format TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        bytes_count INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        created_at REAL NOT NULL,
        PRIMARY KEY (key, number)
    ) WITHOUT ROWID;
INSERT INTO "pictures" VALUES('foxaaaaaaaaa',0,'2026-11-24_a-fox-in-the-snow-100-wild_foxa_1.png','png',16,12,656,'5f037a288560d96346f32d11172d48197b730f031d2190036dd5236da50d8f7c',1795500001.0);
INSERT INTO "pictures" VALUES('foxaaaaaaaaa',1,'2026-11-24_a-fox-in-the-snow-100-wild_foxa_2.png','png',16,12,656,'1e82359ee5e2b0b3c6b3dc3dab69fa761b6a170ce60e072d0fd87313d4e1f808',1795500002.0);
INSERT INTO "pictures" VALUES('nachtbbbbbbb',0,'2026-11-24_straße-bei-nacht-狐狸_nach_1.png','png',16,12,656,'c011d80097563db9350be03a6c310b78231563f0154de71e2ae1eb705b3b83f6',1795500101.0);
CREATE TABLE sets (
        key TEXT PRIMARY KEY,
        stem TEXT NOT NULL UNIQUE,
        recipe TEXT NOT NULL,
        identity TEXT NOT NULL,
        service TEXT NOT NULL,
        simulated INTEGER NOT NULL,
        task_id TEXT,
        expected INTEGER NOT NULL,
        created_at REAL NOT NULL
    ) WITHOUT ROWID;
INSERT INTO "sets" VALUES('foxaaaaaaaaa','2026-11-24_a-fox-in-the-snow-100-wild_foxa','{"version":1,"service":"emulator","request":{"prompt":"A Fox in the snow, 100%\u0000 wild","model":"gpt-image-2","size":"16:9","resolution":"1K","quality":"high","n":2,"references":[],"callback_url":null},"reference_hashes":[]}','6fdfe588b4db46b1743107760f4aa02c039deaf1e077bd0f386dbc6975e368d5','emulator',1,'task-unified-foxaaaaaaaaa',2,1795500001.0);
INSERT INTO "sets" VALUES('nachtbbbbbbb','2026-11-24_straße-bei-nacht-狐狸_nach','{"version":1,"service":"api.evolink.ai","request":{"prompt":"Stra\u00dfe bei NACHT \u72d0\u72f8","model":"gpt-image-2-beta","size":"1280x720","resolution":"1K","quality":"medium","n":1,"references":[],"callback_url":null},"reference_hashes":[]}','1985a15f6be08aa9a4effdd86ed56b60c87bd85791dbadd776ad213a64ba97fb','api.evolink.ai',0,'task-unified-nachtbbbbbbb',1,1795500101.0);
CREATE TABLE tasks (
        key TEXT PRIMARY KEY,
        step TEXT NOT NULL,
        service TEXT NOT NULL,
        request TEXT NOT NULL,
        recipe TEXT,
        identity TEXT,
        idempotency_key TEXT NOT NULL,
        task_id TEXT,
        created_at REAL NOT NULL,
        sent_at REAL,
        accepted_at REAL,
        ended_at REAL,
        results TEXT NOT NULL DEFAULT '[]',
        links_until REAL,
        estimate_high REAL,
        receipt TEXT,
        failure TEXT,
        origin TEXT,
        owner TEXT,
        lease_until REAL
    ) WITHOUT ROWID;
INSERT INTO "tasks" VALUES('foxaaaaaaaaa','saved','emulator','{"prompt":"A Fox in the snow, 100%\u0000 wild","model":"gpt-image-2","size":"16:9","resolution":"1K","quality":"high","n":2,"references":[],"callback_url":null}','{"version":1,"service":"emulator","request":{"prompt":"A Fox in the snow, 100%\u0000 wild","model":"gpt-image-2","size":"16:9","resolution":"1K","quality":"high","n":2,"references":[],"callback_url":null},"reference_hashes":[]}','6fdfe588b4db46b1743107760f4aa02c039deaf1e077bd0f386dbc6975e368d5','ew-foxaaaaaaaaa','task-unified-foxaaaaaaaaa',1795500000.0,1795500000.0,1795500000.0,1795500005.0,'[]',NULL,9.0,'{"task_id":"task-unified-foxaaaaaaaaa","reserved":null,"charged":7.5,"refunded":null,"billing_rule":null,"request_id":null}',NULL,'winter.ipynb',NULL,NULL);
INSERT INTO "tasks" VALUES('lostcccccccc','sending','api.evolink.ai','{"prompt":"a lost reply","model":"gpt-image-2","size":"auto","resolution":"1K","quality":"medium","n":1,"references":[],"callback_url":null}','{"version":1,"service":"api.evolink.ai","request":{"prompt":"a lost reply","model":"gpt-image-2","size":"auto","resolution":"1K","quality":"medium","n":1,"references":[],"callback_url":null},"reference_hashes":[]}','99858625f3034e2c949911de94bb84775ad318f9e18a59bfdbe5409573054046','ew-lostcccccccc',NULL,1795500200.0,1795500200.0,NULL,NULL,'[]',NULL,9.0,NULL,NULL,'winter.ipynb',NULL,NULL);
INSERT INTO "tasks" VALUES('nachtbbbbbbb','saved','api.evolink.ai','{"prompt":"Stra\u00dfe bei NACHT \u72d0\u72f8","model":"gpt-image-2-beta","size":"1280x720","resolution":"1K","quality":"medium","n":1,"references":[],"callback_url":null}','{"version":1,"service":"api.evolink.ai","request":{"prompt":"Stra\u00dfe bei NACHT \u72d0\u72f8","model":"gpt-image-2-beta","size":"1280x720","resolution":"1K","quality":"medium","n":1,"references":[],"callback_url":null},"reference_hashes":[]}','1985a15f6be08aa9a4effdd86ed56b60c87bd85791dbadd776ad213a64ba97fb','ew-nachtbbbbbbb','task-unified-nachtbbbbbbb',1795500100.0,1795500100.0,1795500100.0,1795500105.0,'[]',NULL,9.0,'{"task_id":"task-unified-nachtbbbbbbb","reserved":null,"charged":7.5,"refunded":null,"billing_rule":null,"request_id":null}',NULL,NULL,NULL,NULL);
CREATE INDEX tasks_open ON tasks (created_at) WHERE ended_at IS NULL;
CREATE INDEX tasks_by_task_id ON tasks (service, task_id) WHERE task_id IS NOT NULL;
CREATE INDEX tasks_by_identity ON tasks (identity) WHERE identity IS NOT NULL;
CREATE INDEX sets_by_identity ON sets (identity, created_at);
CREATE INDEX sets_by_time ON sets (created_at);
CREATE INDEX ledger_by_time ON ledger (reserved_at);
COMMIT;
