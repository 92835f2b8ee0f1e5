//! What an error of the engine or of a connection means for what to do next.

use tokio_postgres::error::SqlState;

use crate::Error;

/// What went wrong with a statement or a connection, as far as it decides what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Another writer was first.
    Taken,
    /// The engine gave the transaction up; the same may succeed when tried again.
    Again(String),
    /// Another kept what was asked for locked, so that nothing was done. Who asks at once waits again.
    Locked(String),
    /// There is no connection, so nothing was sent.
    Away(String),
    /// The connection is of no more use, and whether what was under way was done is not known.
    Lost(String),
    /// As `Lost`, the engine having taken too long to answer.
    Late(String),
    /// Trying the same again will not help.
    Failed(Error),
}

impl Fault {
    /// Whether what was sent may have been done, or may yet be.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Late(_))
    }

    /// As the failure of an attempt to connect.
    pub(super) fn on_connecting(self) -> Self {
        match self {
            Self::Taken | Self::Failed(_) => self,
            Self::Again(text) | Self::Locked(text) | Self::Away(text) | Self::Lost(text) | Self::Late(text) => {
                Self::Away(text)
            }
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Taken => Self::Unavailable("another writer was first, many times".to_owned()),
            Fault::Again(text) | Fault::Locked(text) | Fault::Away(text) | Fault::Lost(text) | Fault::Late(text) => {
                Self::Unavailable(text)
            }
            Fault::Failed(error) => error,
        }
    }
}

/// What an error says, by its SQLSTATE.
pub(super) fn judge(error: &tokio_postgres::Error) -> Fault {
    let Some(database) = error.as_db_error() else {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        let remedy = remedy(&cause).map(|remedy| format!("; {remedy}")).unwrap_or_default();
        return Fault::Lost(format!("the connection to the database failed: {error}{cause}{remedy}"));
    };
    // The detail of a database's error may quote values, its message does not.
    let code = database.code().code();
    let remedy = remedy_by_code(code).map(|remedy| format!("; {remedy}")).unwrap_or_default();
    let text = format!("the database refused: {} ({code}){remedy}", database.message());
    by_code(database.code(), text)
}

/// What the driver says of a host that does not take writes.
const READ_ONLY: &str = "database does not allow writes";

/// What an operator can do about a connection that TLS does not allow.
fn remedy(cause: &str) -> Option<&'static str> {
    let table = [
        ("BadSignature", "name the PEM file of the authority that vouches for the database in `database.ca`"),
        ("UnknownIssuer", "name the PEM file of the authority that vouches for the database in `database.ca`"),
        ("not valid for name", "name the database in `store` by a host name that its certificate is for"),
        ("NotValidForName", "name the database in `store` by a host name that its certificate is for"),
        ("Expired", "renew the certificate of the database"),
        (
            READ_ONLY,
            "name all hosts of the database in `store`, or the one that takes writes (`default_transaction_read_only` off)",
        ),
        ("password missing", "give it in `store`, or in the environment as VITAE_STORE"),
        ("does not support TLS", "let the database offer TLS (`ssl = on`), or leave `sslmode` away"),
    ];
    table.iter().find(|(sign, _)| cause.contains(sign)).map(|(_, remedy)| *remedy)
}

/// What an operator can do about what an engine refuses whoever asks.
fn remedy_by_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" | "28000" => "see to the user and the password in `store`, and to `pg_hba.conf`",
        "3D000" => "make the database, or name another in `store`",
        "3F000" => "make the schema that the `search_path` names",
        "42501" => {
            "grant the user of `store` what is lacking: `vitae migrate` makes tables, servers read and write them"
        }
        "42P05" | "26000" => "where a pooler such as pgbouncer is between, set `database.pgbouncer = true`",
        "42P01" | "42703" => {
            "what `vitae migrate` lays out is not there; is another database, or schema, named in `store`?"
        }
        _ => return None,
    })
}

fn by_code(code: &SqlState, text: String) -> Fault {
    match code.code() {
        // The rev is there already; the partition is not what it was (the guard divides by zero).
        // A table, or the type of its rows, that another has just made.
        "23505" | "22012" | "42P07" | "42710" => Fault::Taken,
        // Serialization, deadlock.
        "40001" | "40P01" => Fault::Again(text),
        "55P03" => Fault::Locked(text),
        // No room for one more connection; those there stand.
        "53300" => Fault::Away(text),
        // It was ended from outside, or took longer than the engine allows; at COMMIT that may have been too late.
        "57014" => Fault::Late(text),
        // A server that became a standby: only a new connection finds the new primary. 26000: a pooler gave this
        // client another connection than the one that prepared its statements.
        "25006" | "25P03" | "25P04" | "26000" | "40003" | "XX000" => Fault::Lost(text),
        code if code.starts_with("08") || code.starts_with("57P0") => Fault::Lost(text),
        code if code.starts_with("XX00") => Fault::Failed(Error::Corrupt(text)),
        _ => Fault::Failed(Error::Unavailable(text)),
    }
}

/// The error of a step outside requests.
pub(super) fn failure(error: &tokio_postgres::Error) -> Error {
    judge(error).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_say_what_to_do() {
        let kind = |code| match by_code(&SqlState::from_code(code), String::new()) {
            Fault::Taken => "taken",
            Fault::Again(_) => "again",
            Fault::Locked(_) => "locked",
            Fault::Away(_) => "away",
            Fault::Lost(_) => "lost",
            Fault::Late(_) => "late",
            Fault::Failed(Error::Corrupt(_)) => "damaged",
            Fault::Failed(_) => "failed",
        };
        let table = [
            ("taken", &["23505", "22012", "42P07", "42710"][..]),
            ("again", &["40001", "40P01"]),
            ("locked", &["55P03"]),
            ("away", &["53300"]),
            (
                "lost",
                &["08006", "08003", "57P01", "57P02", "57P03", "40003", "25006", "25P03", "25P04", "26000", "XX000"],
            ),
            ("late", &["57014"]),
            ("damaged", &["XX001", "XX002"]),
            ("failed", &["53100", "53200", "55000", "58030", "0A000", "42P01", "22021", "28P01"]),
        ];
        for (expected, codes) in table {
            for code in codes {
                assert_eq!(kind(code), expected, "{code}");
            }
        }
    }
}
