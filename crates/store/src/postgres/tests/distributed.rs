//! The layout of a cluster, where no cluster is at hand: stand-ins for the functions of Citus write down what they are told
//! and refuse what it would refuse.

use super::*;

/// As far as a migration uses it. A unique key must hold the column that rows are distributed by, and a table that goes
/// with another one must be distributed after it, by a column of the same type.
const STAND_IN: &str = r#"
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, how text, type regtype);
CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text, colocate_with text DEFAULT 'default')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  own record;
BEGIN
  SELECT attnum, atttypid::regtype AS type INTO STRICT own FROM pg_attribute
    WHERE attrelid = table_name AND attname = distribution_column;
  IF EXISTS (SELECT FROM pg_index WHERE indrelid = table_name AND indisunique AND NOT own.attnum = ANY (indkey)) THEN
    RAISE EXCEPTION 'a unique key of % lacks %', table_name, distribution_column USING ERRCODE = '0A000';
  END IF;
  IF colocate_with NOT IN ('default', 'none') AND NOT EXISTS (
    SELECT FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass AND type = own.type) THEN
    RAISE EXCEPTION '% cannot be with %', table_name, colocate_with USING ERRCODE = '0A000';
  END IF;
  INSERT INTO pg_dist_partition VALUES (table_name, distribution_column || ', ' || colocate_with, own.type);
END $$;
CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql
  AS $$ INSERT INTO pg_dist_partition VALUES (table_name, 'everywhere', NULL) $$;
"#;

#[tokio::test]
async fn tables_are_distributed_once_and_all_of_a_person_together() {
    let place = Place::on(&crate::testing::engine().unwrap().url()).await.unwrap();
    let plain = migrate(&place.url, &server(), true).await.unwrap_err().to_string();
    assert!(plain.contains("is the extension `citus` there?"), "{plain}");
    execute(&place.url, STAND_IN).await.unwrap();
    let told = migrate(&place.url, &server(), true).await.unwrap();
    assert_eq!(told.iter().filter(|told| told.starts_with("distributed the table")).count(), 7, "{told:?}");
    let store = open(&place.url, &server()).await;
    let how = "SELECT logicalrelid::text || ': ' || how FROM pg_dist_partition ORDER BY 1";
    let rows = store.inner.pool.ad_hoc(how, &[]).await.unwrap();
    let rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        rows,
        [
            "history: owner, partition",
            "item: owner, partition",
            "layout: everywhere",
            "name: key, none",
            "partition: owner, default",
            "posting: owner, partition",
            "secret: everywhere"
        ]
    );
    let again = migrate(&place.url, &server(), true).await.unwrap();
    assert_eq!(again[0], "the layout is at version 1, as before");
    // A distribution that was cut short is taken up again.
    execute(&place.url, "DELETE FROM pg_dist_partition WHERE logicalrelid = 'posting'::regclass").await.unwrap();
    let rest = migrate(&place.url, &server(), true).await.unwrap();
    assert_eq!(rest.first().map(String::as_str), Some("distributed the table `posting`"));
    store.commit(commit(user(1), 1, vec![indexed("skills", "a", &[("s", "t")])])).await.unwrap();
    assert_eq!(store.verify().await, Ok(vec![]));
}
