//! Every statement of a running store, with the types of its parameters. Each names the owner first where rows of a
//! person are meant, so that a sharded engine sends it to one shard, and each binds values that were computed here.

use tokio_postgres::types::Type;

/// A statement. Its number is its place in [`STATEMENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Sql {
    Rev,
    Load,
    Record,
    Guard,
    Advance,
    EraseHistory,
    Put,
    DeleteItems,
    ClearItems,
    Post,
    UnpostItems,
    ClearPostings,
    WhoWrote,
    Claim,
    Takeover,
    Bind,
    Release,
    Lookup,
    Changes,
    Audit,
    Records,
    Verify,
    Partitions,
    KeepSecret,
    Secret,
    SetSecret,
    DropSecret,
    SetName,
    Confirm,
}

impl Sql {
    pub(super) fn text(self) -> &'static str {
        STATEMENTS.get(self as usize).map_or("", |statement| statement.text)
    }

    pub(super) fn types(self) -> &'static [Type] {
        STATEMENTS.get(self as usize).map_or(&[], |statement| statement.types)
    }
}

/// A statement as it is prepared.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) text: &'static str,
    pub(super) types: &'static [Type],
}

const fn statement(text: &'static str, types: &'static [Type]) -> Statement {
    Statement { text, types }
}

/// The columns that [`row::history`](super::row::history) takes, in its order.
macro_rules! history_columns {
    () => {
        "at, owner, tenant, kind, rev, dropped, touched, what, digest, link, salt, audit"
    };
}

const KEY: [Type; 3] = [Type::UUID, Type::UUID, Type::INT2];

/// The statements, in the order of [`Sql`].
pub(super) static STATEMENTS: [Statement; 29] = [
    // Rev
    statement("SELECT rev, live, stamp FROM partition WHERE owner = $1 AND tenant = $2 AND kind = $3", &KEY),
    // Load: one statement, hence one moment, whatever the isolation.
    statement(
        "SELECT p.rev, p.last_time, p.live, p.stamp, p.head, i.collection, i.id, i.version, i.audience, i.searchable, i.unverified,
         i.confidence, i.creator_app, i.creator_user, i.created, i.modified, i.revision, i.beyond, i.body
         FROM partition p LEFT JOIN item i ON i.owner = p.owner AND i.tenant = p.tenant AND i.kind = p.kind
         WHERE p.owner = $1 AND p.tenant = $2 AND p.kind = $3",
        &KEY,
    ),
    // Record: the primary key decides which of several writers makes this rev.
    statement(
        "INSERT INTO history (owner, tenant, kind, rev, at, bucket, dropped, touched, audit, stamp, what, salt, digest, link)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            Type::UUID,
            Type::UUID,
            Type::INT2,
            Type::INT8,
            Type::INT8,
            Type::INT2,
            Type::BOOL,
            Type::BYTEA,
            Type::BYTEA,
            Type::UUID,
            Type::BYTEA,
            Type::BYTEA,
            Type::BYTEA,
            Type::BYTEA,
        ],
    ),
    // Guard: fails unless the partition is still the one that was read. The record alone does not tell: after the loss
    // of a machine with its last commits, or after everything was erased, a rev is made again.
    statement(
        "SELECT 1 / count(*) FROM partition WHERE owner = $1 AND tenant = $2 AND kind = $3 AND stamp = $4",
        &[Type::UUID, Type::UUID, Type::INT2, Type::UUID],
    ),
    // Advance
    statement(
        "INSERT INTO partition (owner, tenant, kind, rev, last_time, live, stamp, head)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (owner, tenant, kind) DO UPDATE SET rev = $4, last_time = $5, live = $6, stamp = $7, head = $8",
        &[Type::UUID, Type::UUID, Type::INT2, Type::INT8, Type::INT8, Type::BOOL, Type::UUID, Type::BYTEA],
    ),
    // EraseHistory
    statement(
        "UPDATE history SET touched = $5, audit = NULL, salt = NULL
         WHERE owner = $1 AND tenant = $2 AND kind = $3 AND rev < $4 AND audit IS NOT NULL",
        &[Type::UUID, Type::UUID, Type::INT2, Type::INT8, Type::BYTEA],
    ),
    // Put
    statement(
        "INSERT INTO item (owner, tenant, kind, collection, id, version, audience, searchable, unverified, confidence,
         creator_app, creator_user, created, modified, revision, beyond, body, postings)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (owner, tenant, kind, collection, id) DO UPDATE SET version = $6, audience = $7, searchable = $8,
         unverified = $9, confidence = $10, creator_app = $11, creator_user = $12, created = $13, modified = $14,
         revision = $15, beyond = $16, body = $17, postings = $18",
        &[
            Type::UUID,
            Type::UUID,
            Type::INT2,
            Type::TEXT,
            Type::TEXT,
            Type::INT8,
            Type::INT8,
            Type::BOOL,
            Type::BOOL,
            Type::FLOAT8,
            Type::BYTEA,
            Type::UUID,
            Type::INT8,
            Type::INT8,
            Type::INT8,
            Type::BOOL,
            Type::BYTEA,
            Type::INT4,
        ],
    ),
    // DeleteItems
    statement(
        "DELETE FROM item WHERE owner = $1 AND tenant = $2 AND kind = $3 AND collection = $4 AND id = ANY($5)",
        &[Type::UUID, Type::UUID, Type::INT2, Type::TEXT, Type::TEXT_ARRAY],
    ),
    // ClearItems
    statement("DELETE FROM item WHERE owner = $1 AND tenant = $2 AND kind = $3", &KEY),
    // Post
    statement(
        "INSERT INTO posting (owner, tenant, kind, collection, item, path, token) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[Type::UUID, Type::UUID, Type::INT2, Type::TEXT, Type::TEXT, Type::TEXT, Type::BYTEA],
    ),
    // UnpostItems
    statement(
        "DELETE FROM posting WHERE owner = $1 AND tenant = $2 AND kind = $3 AND collection = $4 AND item = ANY($5)",
        &[Type::UUID, Type::UUID, Type::INT2, Type::TEXT, Type::TEXT_ARRAY],
    ),
    // ClearPostings
    statement("DELETE FROM posting WHERE owner = $1 AND tenant = $2 AND kind = $3", &KEY),
    // WhoWrote
    statement(
        "SELECT stamp FROM history WHERE owner = $1 AND tenant = $2 AND kind = $3 AND rev = $4",
        &[Type::UUID, Type::UUID, Type::INT2, Type::INT8],
    ),
    // Claim: a free name, or the owner's own.
    statement(
        "INSERT INTO name (key, owner, bound, at) VALUES ($1, $2, false, $3)
         ON CONFLICT (key) DO UPDATE SET at = $3, bound = false WHERE name.owner = $2",
        &[Type::BYTEA, Type::UUID, Type::INT8],
    ),
    // Takeover: an unbound claim that is still the one given.
    statement(
        "UPDATE name SET owner = $2, at = $3 WHERE key = $1 AND owner = $4 AND at = $5 AND NOT bound",
        &[Type::BYTEA, Type::UUID, Type::INT8, Type::UUID, Type::INT8],
    ),
    // Bind
    statement("UPDATE name SET bound = true WHERE key = $1 AND owner = $2", &[Type::BYTEA, Type::UUID]),
    // Release
    statement("DELETE FROM name WHERE key = $1 AND owner = $2 AND at <= $3", &[Type::BYTEA, Type::UUID, Type::INT8]),
    // Lookup
    statement("SELECT owner, bound, at FROM name WHERE key = $1", &[Type::BYTEA]),
    // Changes
    statement(
        "SELECT at, owner, tenant, kind, rev, dropped, touched, link FROM history
         WHERE bucket = $1 AND at >= $2 AND (at, owner, tenant, kind, rev) > ($2, $3, $4, $5, $6)
         ORDER BY at, owner, tenant, kind, rev LIMIT $7",
        &[Type::INT2, Type::INT8, Type::UUID, Type::UUID, Type::INT2, Type::INT8, Type::INT8],
    ),
    // Audit
    statement(
        concat!(
            "SELECT ",
            history_columns!(),
            " FROM history WHERE owner = $1 AND tenant = $2 AND kind = $3 AND rev > $4 ORDER BY rev LIMIT $5"
        ),
        &[Type::UUID, Type::UUID, Type::INT2, Type::INT8, Type::INT8],
    ),
    // Records
    statement(
        concat!(
            "SELECT ",
            history_columns!(),
            " FROM history WHERE bucket = $1 AND at <= $2 AND (at, owner, tenant, kind, rev) < ($2, $3, $4, $5, $6)
             AND tenant = $7 ORDER BY at DESC, owner DESC, tenant DESC, kind DESC, rev DESC LIMIT $8"
        ),
        &[Type::INT2, Type::INT8, Type::UUID, Type::UUID, Type::INT2, Type::INT8, Type::UUID, Type::INT8],
    ),
    // Verify
    statement(
        concat!(
            "SELECT ",
            history_columns!(),
            " FROM history WHERE owner = $1 AND tenant = $2 AND kind = $3 AND rev < $4 ORDER BY rev DESC LIMIT $5"
        ),
        &[Type::UUID, Type::UUID, Type::INT2, Type::INT8, Type::INT8],
    ),
    // Partitions
    statement(
        "SELECT owner, tenant, kind FROM partition WHERE live AND (owner, tenant, kind) > ($1, $2, $3)
         ORDER BY owner, tenant, kind LIMIT $4",
        &[Type::UUID, Type::UUID, Type::INT2, Type::INT8],
    ),
    // KeepSecret: one that is there stays as it is, by being written again.
    statement(
        "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = secret.value",
        &[Type::TEXT, Type::BYTEA],
    ),
    // Secret
    statement("SELECT value FROM secret WHERE name = $1", &[Type::TEXT]),
    // SetSecret
    statement(
        "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
        &[Type::TEXT, Type::BYTEA],
    ),
    // DropSecret
    statement("DELETE FROM secret WHERE name = $1", &[Type::TEXT]),
    // SetName
    statement(
        "INSERT INTO name (key, owner, bound, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (key) DO UPDATE SET owner = $2, bound = $3, at = $4",
        &[Type::BYTEA, Type::UUID, Type::BOOL, Type::INT8],
    ),
    // Confirm: changes nothing, but is itself a change, which no engine acknowledges before those that came earlier. It
    // finds no row where the commit is not, as after a failover since it was read.
    statement(
        "UPDATE history SET stamp = stamp WHERE owner = $1 AND tenant = $2 AND kind = $3 AND rev = $4 AND stamp = $5",
        &[Type::UUID, Type::UUID, Type::INT2, Type::INT8, Type::UUID],
    ),
];
