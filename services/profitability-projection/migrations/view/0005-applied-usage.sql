-- How far into the usage topic the rows of another topic reach. Usage beyond it has no such row yet,
-- so nobody has to look. Read and written under the lock of the partition.
CREATE TABLE applied_usage (
  topic     text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  position  bigint NOT NULL,
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
