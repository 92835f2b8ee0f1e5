-- Stand-ins for the functions of Citus on a plain PostgreSQL: a table that is distributed by them is cut by hash into four
-- shards, each of which plays a machine. So the planner tells which machines a statement asks, and a shard that is locked
-- is a machine that stands still. A superuser loads this into a database:
--
--     psql --file crates/store/src/testing/shards.sql DATABASE
--
-- Refused as by Citus: a unique key without the distribution column, a foreign key, an UPDATE of the distribution column, a
-- table beside one of another type. Refused beyond that, for Vitae keeps a person on one machine: a transaction that
-- inserts into two shards of tables that lie together.
SET allow_system_table_mods = on;
BEGIN;

CREATE VIEW pg_catalog.pg_dist_partition AS
  SELECT partrelid::regclass AS logicalrelid, 'h'::"char" AS partmethod FROM pg_partitioned_table WHERE partstrat = 'h'
  UNION ALL
  SELECT objoid::regclass, 'n' FROM pg_description
    WHERE classoid = 'pg_class'::regclass AND objsubid = 0 AND description = 'on every machine';
GRANT SELECT ON pg_catalog.pg_dist_partition TO PUBLIC;

CREATE FUNCTION pg_catalog.refuse_to_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'modifying the partition value of rows is not allowed: %', TG_TABLE_NAME USING ERRCODE = '0A000';
END $$;

CREATE FUNCTION pg_catalog.stay_on_a_machine() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  machine text := substring(TG_TABLE_NAME FROM '_shard([0-9]+)$');
BEGIN
  IF coalesce(current_setting('shards.written', true), '') NOT IN ('', machine) THEN
    RAISE EXCEPTION 'a transaction inserts on two machines, the second time into %', TG_TABLE_NAME USING ERRCODE = '0A000';
  END IF;
  PERFORM set_config('shards.written', machine, true);
  RETURN NEW;
END $$;

CREATE FUNCTION pg_catalog.create_distributed_table(
  table_name regclass, distribution_column text, colocate_with text DEFAULT 'default')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  called text := (SELECT relname FROM pg_class WHERE oid = table_name);
  whole text := called || '_whole';
  own regtype;
  secondary record;
BEGIN
  SELECT atttypid INTO STRICT own FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column;
  IF colocate_with NOT IN ('default', 'none') AND NOT EXISTS (
    SELECT FROM pg_partitioned_table JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
      WHERE partrelid = to_regclass(colocate_with) AND atttypid = own) THEN
    RAISE EXCEPTION '% cannot be with %', called, colocate_with USING ERRCODE = '0A000';
  END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = table_name) THEN
    RAISE EXCEPTION '% has a foreign key', called USING ERRCODE = '0A000';
  END IF;
  EXECUTE format('ALTER TABLE %I RENAME TO %I', called, whole);
  -- Fails where a unique key lacks the column.
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY HASH (%I)', called, whole, distribution_column);
  FOR shard IN 0..3 LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 4, REMAINDER %s)',
      called || '_shard' || shard, called, shard);
  END LOOP;
  EXECUTE format('INSERT INTO %I SELECT * FROM %I', called, whole);
  -- The indexes keep their names, by which a layout knows that they are there.
  FOR secondary IN SELECT relname, indkey FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE indrelid = whole::regclass AND NOT indisprimary LOOP
    EXECUTE format('DROP INDEX %I', secondary.relname);
    EXECUTE format('ALTER INDEX %s RENAME TO %I', (SELECT indexrelid::regclass FROM pg_index
      WHERE indrelid = called::regclass AND NOT indisprimary AND indkey = secondary.indkey), secondary.relname);
  END LOOP;
  EXECUTE format('DROP TABLE %I', whole);
  EXECUTE format('CREATE TRIGGER stays BEFORE UPDATE OF %I ON %I EXECUTE FUNCTION refuse_to_move()', distribution_column, called);
  IF colocate_with <> 'none' THEN
    EXECUTE format('CREATE TRIGGER one_machine BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION stay_on_a_machine()', called);
  END IF;
END $$;

CREATE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('COMMENT ON TABLE %s IS %L', table_name, 'on every machine');
END $$;

-- A plan for any value would lock every shard.
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET plan_cache_mode = force_custom_plan', current_database()); END $$;

COMMIT;
