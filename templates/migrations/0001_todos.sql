-- The table of the sample API, as the create-table function makes it on its own: where it exists, nothing changes.
--
-- The next migration is migrations/0002_what_it_does.sql. `todo-dr seed` applies the files in order, each once. Do not change a file
-- that was applied: write another one. A statement ends at a line that ends in a semicolon.

CREATE TABLE IF NOT EXISTS ToDos (
  id BIGINT NOT NULL AUTO_INCREMENT,
  CreatedTime TIMESTAMP(3) NULL DEFAULT CURRENT_TIMESTAMP(3),
  Status VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NULL,
  Task VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NULL,
  RequestId VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (id),
  UNIQUE KEY ToDos_RequestId (RequestId)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
