//! What `verify` says of rows that somebody changed, and how files of schema 1 are opened.

use rusqlite::Connection;

use super::{open, place};
use crate::fixture::{commit, indexed, put, record, user};
use crate::sqlite::SqliteStore;
use crate::{AuditRow, Change, Op, Store};

/// A partition of 70 revs, dropped at the third, with values before and after it.
async fn inhabited(store: &SqliteStore) {
    for at in 1..=70 {
        let changes = if at == 3 { vec![Change::Drop] } else { vec![put("skills", "a", at)] };
        store.commit(commit(user(1), at, changes)).await.unwrap();
    }
}

/// What is found after the damage was done.
async fn found(sql: &str) -> Vec<String> {
    let (_directory, path) = place();
    let store = open(&path);
    inhabited(&store).await;
    assert_eq!(store.verify().await, Ok(vec![]));
    drop(store);
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    SqliteStore::open_read_only(&path).unwrap().verify().await.unwrap()
}

#[tokio::test]
async fn every_column_is_watched() {
    let changed = "which does not go on from the link before, or was changed";
    let damage = [
        ("UPDATE history SET bucket = 5 WHERE rev = 9", "has no rev 9".to_owned()),
        ("UPDATE history SET at = 1000 WHERE rev = 9", "has no rev 9".to_owned()),
        ("UPDATE history SET owner = zeroblob(16) WHERE rev = 9", "has no rev 9".to_owned()),
        ("UPDATE history SET tenant = zeroblob(16) WHERE rev = 9", "has no rev 9".to_owned()),
        ("UPDATE history SET kind = 1 WHERE rev = 9", "has no rev 9".to_owned()),
        ("UPDATE history SET rev = 900 WHERE rev = 9", "has no rev 9".to_owned()),
        ("UPDATE history SET prev_at = 1 WHERE rev = 9", "has no rev 8".to_owned()),
        ("UPDATE history SET mark_at = 5 WHERE rev = 70", "the mark of rev".to_owned()),
        ("UPDATE history SET mark_at = 5 WHERE rev = 9", "the mark of rev 9".to_owned()),
        ("UPDATE partition SET mark_at = 5", "the mark of rev".to_owned()),
        ("UPDATE partition SET head = zeroblob(32)", "rev 70, which is the newest".to_owned()),
        ("UPDATE history SET dropped = 1 WHERE rev = 9", format!("breaks at rev 9, {changed}")),
        ("UPDATE history SET dropped = 0 WHERE rev = 3", format!("breaks at rev 3, {changed}")),
        ("UPDATE history SET touched = x'' WHERE rev = 9", "breaks at rev 9, which records other values".to_owned()),
        ("UPDATE history SET audit = x'00' WHERE rev = 9", "breaks at rev 9, which records other values".to_owned()),
        ("UPDATE history SET salt = zeroblob(16) WHERE rev = 9", "breaks at rev 9, which records other".to_owned()),
        ("UPDATE history SET digest = zeroblob(32) WHERE rev = 9", "breaks at rev 9, which records other".to_owned()),
        ("UPDATE history SET digest = zeroblob(32) WHERE rev = 2", format!("breaks at rev 2, {changed}")),
        ("UPDATE history SET what = x'00' WHERE rev IN (9, 20)", format!("breaks at rev 9, {changed}")),
        ("UPDATE history SET what = x'00' WHERE rev = 1", format!("breaks at rev 1, {changed}")),
        ("UPDATE history SET link = zeroblob(32) WHERE rev = 9", format!("breaks at rev 9, {changed}")),
        (
            "UPDATE history SET link = NULL, digest = NULL WHERE rev = 9",
            "breaks at rev 9, which has no link".to_owned(),
        ),
        (
            "UPDATE history SET audit = NULL, salt = NULL, touched = x'' WHERE rev = 9",
            "breaks at rev 9, which lacks values".to_owned(),
        ),
    ];
    for (sql, finding) in damage {
        let findings = found(sql).await;
        assert!(findings.iter().any(|found| found.contains(&finding)), "{sql}: {findings:?}");
    }
}

#[tokio::test]
async fn schema_1_opens() {
    let (_directory, path) = place();
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../schema.1.sql")).unwrap();
    drop(old);
    let row = |rev, what: &str, values: Option<&str>| AuditRow {
        partition: user(1),
        rev,
        at: rev.cast_signed(),
        what: what.to_owned().into(),
        values: values.map(|values| values.to_owned().into()),
        link: None,
    };
    let before = [row(1, "", None), row(2, "", Some("dropped")), row(3, "", Some("old form"))];
    let reader = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(reader.verify().await, Ok(vec![]));
    assert_eq!(reader.audit(user(1), 0, 9).await.unwrap(), before);
    assert_eq!(reader.records(user(1).tenant, None, 2).await.unwrap(), [before[2].clone(), before[1].clone()]);
    drop(reader);
    let store = open(&path);
    assert_eq!(store.audit(user(1), 0, 9).await.unwrap(), before);
    assert_eq!(store.changes(1, None, 9).await.unwrap()[2].touched[0].op, Op::Put);
    assert_eq!(store.commit(commit(user(1), 4, vec![indexed("skills", "b", &[("s", "t")])])).await, Ok(4));
    assert!(store.audit(user(1), 3, 9).await.unwrap()[0].link.is_some());
    assert_eq!(store.verify().await, Ok(vec![]));
    // Both forms are erased alike.
    store.commit(commit(user(1), 5, vec![Change::Drop])).await.unwrap();
    let rows = store.audit(user(1), 0, 9).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.values.is_some()).collect::<Vec<_>>(), [false, false, false, false, true]);
    assert_eq!(rows[3].what, record("audit at 4").what);
    assert_eq!(store.verify().await, Ok(vec![]));
}

#[tokio::test]
async fn schema_1_becomes_the_schema() {
    let (_directory, old) = place();
    Connection::open(&old).unwrap().execute_batch(include_str!("../schema.1.sql")).unwrap();
    let (_other, new) = place();
    let columns = |path| {
        drop(open(path));
        let connection = Connection::open(path).unwrap();
        let sql = "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m, pragma_table_info(m.name) c
                   ORDER BY m.name, c.cid";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, i64>(3)?))
        });
        rows.unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(columns(&old), columns(&new));
}
