//! The rules for SQL that runs on Citus, CockroachDB and YugabyteDB as well, as far as texts show whether they are kept.

use super::*;
use crate::postgres::schema::{DISTRIBUTION, STEPS};
use crate::postgres::sql::{STATEMENTS, Sql};

/// Tables of which each row lies on one machine, and the column that says on which.
pub(super) const SPREAD: [(&str, &str); 5] =
    [("partition", "owner"), ("item", "owner"), ("posting", "owner"), ("history", "owner"), ("name", "key")];

/// Tables that each machine has whole.
const EVERYWHERE: [&str; 2] = ["secret", "layout"];

/// What asks every machine: reads of whole lists, never a part of a change.
pub(super) const OF_ALL: [Sql; 3] = [Sql::Changes, Sql::Records, Sql::Partitions];

/// Words of what one of the engines does not know, runs on one machine only, or refuses.
const REFUSED: &str = "now( random( gen_random_uuid clock_timestamp nextval serial identity generated sequence jsonb \
    references trigger deferrable unlogged inherits advisory listen notify temp citext tsvector gin gist recursive \
    'on constraint' 'for update' 'for share' 'skip locked' offset serializable 'lock table' merge xmin ctid current_timestamp";

fn refused(text: &str) -> Option<&'static str> {
    let quoted = REFUSED.split('\'').enumerate();
    let words = quoted.flat_map(|(number, part)| match number % 2 {
        0 => part.split_whitespace().collect::<Vec<_>>(),
        _ => vec![part],
    });
    let text =
        format!(" {} ", text.to_lowercase().replace([',', ';'], " ").split_whitespace().collect::<Vec<_>>().join(" "));
    words.into_iter().find(|word| text.contains(&format!(" {word}{}", if word.ends_with('(') { "" } else { " " })))
}

/// Of the first table that a statement names.
fn column(text: &str) -> Option<&'static str> {
    let mut words = text.split_whitespace();
    words.find(|word| matches!(*word, "FROM" | "INTO" | "UPDATE"))?;
    let table = words.next()?;
    SPREAD.iter().find(|(name, _)| *name == table).map(|(_, column)| *column)
}

/// Whether a statement says on which machine its rows are.
fn is_routed(text: &str, column: &str) -> bool {
    match text.split_once(" WHERE ") {
        _ if text.starts_with("INSERT") => {
            let target = text.split_once("ON CONFLICT").map(|(_, rest)| rest.trim_start());
            let is_first = |list: &str| list.trim_start_matches('(').starts_with(column);
            is_first(text.split_once('(').unwrap().1)
                && text.contains("VALUES ($1")
                && target.is_none_or(|target| is_first(target) && !target.contains(&format!("SET {column} =")))
        }
        Some((before, after)) => {
            let is_key = |word: &str| word.trim_start_matches("p.") == column;
            let words: Vec<&str> = after.split_whitespace().collect();
            words.first().is_some_and(|word| is_key(word))
                && words.get(1..3) == Some(&["=", "$1"])
                && !before.contains(&format!("SET {column} ="))
        }
        None => false,
    }
}

#[test]
fn statements_name_one_machine() {
    for (number, statement) in STATEMENTS.iter().enumerate() {
        let text = statement.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(refused(&text), None, "{text}");
        let is_of_all = OF_ALL.iter().any(|sql| *sql as usize == number);
        match column(&text) {
            Some(_) if is_of_all => assert!(text.starts_with("SELECT") && text.contains(" LIMIT "), "{text}"),
            Some(column) => assert!(is_routed(&text, column), "{text}"),
            None => assert!(EVERYWHERE.iter().any(|table| text.contains(&format!(" {table} "))), "{text}"),
        }
        // All of a join lies together.
        assert!(!text.contains(" JOIN ") || text.contains("i.owner = p.owner"), "{text}");
    }
    for (text, column) in [
        ("SELECT 1 FROM item WHERE tenant = $1", "owner"),
        ("UPDATE item SET owner = $2 WHERE owner = $1", "owner"),
        ("INSERT INTO item (tenant, owner) VALUES ($1, $2)", "owner"),
        ("INSERT INTO item (owner, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", "owner"),
    ] {
        assert!(!is_routed(text, column), "{text}");
    }
    assert_eq!(refused("SELECT 1 FROM item WHERE owner = $1 FOR UPDATE"), Some("for update"));
}

#[test]
fn keys_begin_with_what_says_where_a_row_is() {
    for step in STEPS {
        let text = step.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(refused(&text), None, "{text}");
        assert!(text.contains(" IF NOT EXISTS ") && !text.contains(" UNIQUE"), "{text}");
        let Some(table) = text.strip_prefix("CREATE TABLE IF NOT EXISTS ").and_then(|rest| rest.split(' ').next())
        else {
            continue;
        };
        let place = DISTRIBUTION.iter().find(|(name, _)| *name == table).unwrap_or_else(|| panic!("{table}")).1;
        match SPREAD.iter().find(|(name, _)| *name == table) {
            Some((_, column)) => {
                assert!(place.contains(&format!("('{table}', '{column}'")), "{place}");
                let key = format!("PRIMARY KEY ({column}");
                assert!(text.contains(&key) || text.contains(&format!("{column} bytea PRIMARY KEY")), "{text}");
            }
            None => assert!(EVERYWHERE.contains(&table) && place.contains("create_reference_table"), "{place}"),
        }
    }
}

/// Where a machine of a cluster is away, nothing that is on every machine can be written; servers start nevertheless.
#[tokio::test]
async fn a_secret_that_is_there_is_only_read() {
    let place = Place::on(&crate::testing::engine().unwrap().url()).await.unwrap();
    migrate(&place.url, &server(), false).await.unwrap();
    let store = open(&place.url, &server()).await;
    assert_eq!(store.secret("tokens".into(), [1; 32]).await, Ok([1; 32]));
    let no_writes = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
                     CREATE TRIGGER no BEFORE INSERT ON secret EXECUTE FUNCTION no()";
    execute(&place.url, no_writes).await.unwrap();
    assert_eq!(store.secret("tokens".into(), [2; 32]).await, Ok([1; 32]));
    assert!(store.secret("other".into(), [2; 32]).await.is_err());
}
