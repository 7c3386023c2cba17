-- What a watcher knows of its folder. Times are seconds since 1970.
CREATE TABLE IF NOT EXISTS session (
  id         INTEGER PRIMARY KEY,
  folder     TEXT NOT NULL,              -- below the watched one
  words      TEXT NOT NULL,              -- JSON: what the folder's name says
  whole      INTEGER NOT NULL,
  first      REAL NOT NULL,
  last       REAL NOT NULL,
  touched    REAL NOT NULL,
  experiment TEXT,
  place      TEXT,                       -- JSON: where the experiment was made
  deposits   INTEGER NOT NULL DEFAULT 0,
  files      INTEGER NOT NULL DEFAULT 0, -- that are sealed
  sealed     REAL,
  asked      INTEGER NOT NULL DEFAULT 0,
  edits      TEXT NOT NULL DEFAULT '{}', -- JSON: what a person has said on the command line
  noted      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS session_folder ON session (folder);
CREATE INDEX IF NOT EXISTS session_open ON session (id) WHERE sealed IS NULL;

-- What the watcher was started with, for those who ask beside it; JSON.
CREATE TABLE IF NOT EXISTS setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- Every file that was seen, as it was seen last: waiting, done, or refused (why).
CREATE TABLE IF NOT EXISTS file (
  name     TEXT PRIMARY KEY,
  size     INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  session  INTEGER NOT NULL,
  state    TEXT NOT NULL DEFAULT 'waiting',
  why      TEXT NOT NULL DEFAULT '',
  gone     INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS file_session ON file (session, state);
CREATE INDEX IF NOT EXISTS file_waiting ON file (session) WHERE state = 'waiting';

-- What lies in experiments: going there, there, sealed; or stray, to be taken out again.
CREATE TABLE IF NOT EXISTS sent (
  experiment TEXT NOT NULL,
  path       TEXT NOT NULL,
  name       TEXT NOT NULL,
  size       INTEGER NOT NULL,
  mtime_ns   INTEGER NOT NULL,
  sha256     TEXT NOT NULL,
  state      TEXT NOT NULL,
  PRIMARY KEY (experiment, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sent_sha256 ON sent (sha256);
CREATE INDEX IF NOT EXISTS sent_name ON sent (name);
CREATE INDEX IF NOT EXISTS sent_there ON sent (experiment) WHERE state = 'there';
CREATE INDEX IF NOT EXISTS sent_stray ON sent (state) WHERE state = 'stray';
