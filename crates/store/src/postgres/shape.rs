//! Whether the tables in a database are those of the layout. A step that makes a table passes by one of that name, whoever
//! made it and however far they came.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::fault::{Fault, judge};
use super::row;
use super::schema::STEPS;
use crate::Result;

/// What a table has to have, as its step says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// The columns and their definitions, name first.
    columns: BTreeMap<&'static str, &'static str>,
    key: BTreeSet<&'static str>,
    /// The name of an index and its columns in their order.
    index: Option<(&'static str, Vec<&'static str>)>,
}

/// What a database lacks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lack {
    Table(&'static str),
    /// A column, with its definition.
    Column(&'static str, &'static str),
    Key(&'static str, Vec<&'static str>),
    /// Without it everything works, slowly.
    Index(&'static str, &'static str, Vec<&'static str>),
}

impl Lack {
    pub(super) fn is_fatal(&self) -> bool {
        !matches!(self, Self::Index(..))
    }

    /// The statement that makes it, where there is one that is safe with rows in the table, and beside servers.
    pub(super) fn step(&self) -> Option<String> {
        match self {
            Self::Column(table, definition) if !definition.contains("NOT NULL") => {
                Some(format!("ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {definition}"))
            }
            _ => None,
        }
    }

    pub(super) fn told(&self) -> String {
        match self {
            Self::Table(table) => format!("the table `{table}` is not there"),
            Self::Column(table, definition) => format!("the table `{table}` lacks the column `{definition}`"),
            Self::Key(table, columns) => format!("the table `{table}` lacks a primary key ({})", columns.join(", ")),
            Self::Index(table, index, columns) => {
                let over = columns.join(", ");
                format!(
                    "the table `{table}` lacks a valid index ({over}); `DROP INDEX IF EXISTS {index}` lets it be made"
                )
            }
        }
    }
}

/// What the database lacks of the layout; nothing where it does not tell in PostgreSQL's way.
pub(super) async fn lacking(client: &Client) -> Result<Vec<Lack>> {
    let expected = expected();
    let found = match found(client, &expected).await {
        Err(Fault::Failed(error)) => {
            tracing::debug!(%error, "the database does not tell how its tables are made");
            return Ok(Vec::new());
        }
        found => found?,
    };
    Ok(expected.iter().flat_map(|(name, table)| compare(name, table, found.get(*name))).collect())
}

/// A table as it is.
#[derive(Default)]
struct Found {
    columns: BTreeSet<String>,
    /// Whether each valid index is unique, and its columns in their order.
    indexes: Vec<(bool, Vec<String>)>,
}

fn compare(name: &'static str, table: &Table, found: Option<&Found>) -> Vec<Lack> {
    let Some(found) = found else { return vec![Lack::Table(name)] };
    let missing = table.columns.iter().filter(|(column, _)| !found.columns.contains(**column));
    let mut lacks: Vec<Lack> = missing.map(|(_, definition)| Lack::Column(name, definition)).collect();
    let is_key = |(is_unique, columns): &(bool, Vec<String>)| {
        *is_unique && columns.iter().map(String::as_str).collect::<BTreeSet<_>>() == table.key
    };
    if !found.indexes.iter().any(is_key) {
        lacks.push(Lack::Key(name, table.key.iter().copied().collect()));
    }
    if let Some((index, columns)) = &table.index {
        let is_it = |found: &[String]| found.len() >= columns.len() && columns.iter().zip(found).all(|(a, b)| a == b);
        if !found.indexes.iter().any(|(_, found)| is_it(found)) {
            lacks.push(Lack::Index(name, index, columns.clone()));
        }
    }
    lacks
}

const COLUMNS: &str = "SELECT t.name, a.attname::text FROM unnest($1) AS t (name)
    JOIN pg_attribute a ON a.attrelid = to_regclass(t.name) WHERE a.attnum > 0 AND NOT a.attisdropped";

const INDEXES: &str =
    "SELECT t.name, x.indisunique, array_agg(a.attname::text ORDER BY k.place) FROM unnest($1) AS t (name)
    JOIN pg_index x ON x.indrelid = to_regclass(t.name), unnest(x.indkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attnum = k.number
    WHERE a.attrelid = x.indrelid AND x.indisvalid AND x.indpred IS NULL GROUP BY t.name, x.indexrelid, x.indisunique";

async fn found(client: &Client, expected: &BTreeMap<&str, Table>) -> Result<BTreeMap<String, Found>, Fault> {
    let names: Vec<&str> = expected.keys().copied().collect();
    let ask = async |sql| {
        let rows = client.query_typed(sql, &[(&names, Type::TEXT_ARRAY)]).await;
        rows.map_err(|error| judge(&error))
    };
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for column in ask(COLUMNS).await? {
        let table: String = row::get(&column, 0).map_err(Fault::Failed)?;
        found.entry(table).or_default().columns.insert(row::get(&column, 1).map_err(Fault::Failed)?);
    }
    for index in ask(INDEXES).await? {
        let table: String = row::get(&index, 0).map_err(Fault::Failed)?;
        let is_unique = row::get(&index, 1).map_err(Fault::Failed)?;
        let columns = row::get(&index, 2).map_err(Fault::Failed)?;
        found.entry(table).or_default().indexes.push((is_unique, columns));
    }
    Ok(found)
}

/// The tables, as the steps lay them out.
fn expected() -> BTreeMap<&'static str, Table> {
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for step in STEPS {
        let Some((head, rest)) = step.split_once('(') else { continue };
        let inner = rest.trim_end().strip_suffix(')').unwrap_or(rest);
        let mut words = head.split_whitespace().skip_while(|word| *word != "EXISTS").skip(1);
        match (words.next(), words.next(), words.next()) {
            (Some(index), Some("ON"), Some(table)) => {
                tables.entry(table).or_default().index = Some((index, names(inner).collect()));
            }
            (Some(table), ..) => {
                let table = tables.entry(table).or_default();
                parts(inner).for_each(|part| table.add(part));
            }
            _ => {}
        }
    }
    tables
}

impl Table {
    fn add(&mut self, part: &'static str) {
        if let Some(key) = part.strip_prefix("PRIMARY KEY (") {
            self.key = names(key.trim_end_matches(')')).collect();
            return;
        }
        let Some(column) = part.split_whitespace().next() else { return };
        if part.ends_with("PRIMARY KEY") {
            self.key.insert(column);
        }
        self.columns.insert(column, part);
    }
}

/// What commas separate, outside of parentheses.
fn parts(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut depth = 0_i32;
    text.split(move |letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    })
    .map(str::trim)
}

fn names(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(',').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_say_what_there_has_to_be() {
        let tables = expected();
        let counts: Vec<(&str, usize, usize)> =
            tables.iter().map(|(name, table)| (*name, table.columns.len(), table.key.len())).collect();
        let expected = [
            ("history", 14, 4),
            ("item", 18, 5),
            ("layout", 2, 1),
            ("name", 4, 1),
            ("partition", 8, 3),
            ("posting", 7, 7),
            ("secret", 2, 1),
        ];
        assert_eq!(counts, expected);
        let index =
            |name| tables[name].index.as_ref().map(|(name, columns): &(&str, Vec<&str>)| (*name, columns.len()));
        assert_eq!([index("posting"), index("history")], [Some(("posting_scan", 7)), Some(("history_changes", 6))]);
        assert_eq!(tables["secret"].columns["name"], r#"name text COLLATE "C" PRIMARY KEY"#);
        assert_eq!(tables["item"].columns["confidence"], "confidence double precision");
    }
}
