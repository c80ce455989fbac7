-- Transactions, schemas, the rest, and what is refused.

== sqlite postgres mysql
BEGIN
--
begin

== sqlite
BEGIN IMMEDIATE TRANSACTION;
--
begin

== postgres mysql
START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
--
begin

== sqlite postgres mysql
COMMIT
--
commit

== sqlite postgres
END TRANSACTION
--
commit

== postgres mysql
COMMIT AND CHAIN
--
error: "AND" where the end should be at byte 7

== sqlite postgres mysql
ROLLBACK
--
rollback

== sqlite postgres mysql
ROLLBACK TO SAVEPOINT sp1
--
rollback to name sp1

== sqlite
SAVEPOINT "Sp"
--
savepoint name sp

== postgres
SAVEPOINT "Sp"
--
savepoint name Sp

== mysql
SAVEPOINT `Sp`
--
savepoint name sp

== sqlite postgres mysql
RELEASE SAVEPOINT sp
--
release name sp

== sqlite postgres mysql
CREATE TABLE news (id int PRIMARY KEY, title text DEFAULT 'a;b')
--
schema

== sqlite
CREATE TRIGGER t AFTER INSERT ON news BEGIN DELETE FROM old; UPDATE news SET a = 1; END
--
schema

== sqlite postgres mysql
CREATE TABLE news (id int); BEGIN
--
error: "BEGIN" where the end should be at byte 28

== postgres mysql
TRUNCATE news
--
schema

== sqlite
PRAGMA table_info(news)
--
other
volatile: PRAGMA

== sqlite postgres mysql
EXPLAIN SELECT * FROM news
--
other
volatile: EXPLAIN

== postgres mysql
EXPLAIN ANALYZE DELETE FROM news
--
error: EXPLAIN ANALYZE at byte 8

== mysql
ANALYZE FORMAT=JSON DELETE FROM news
--
error: ANALYZE runs a statement at byte 8

== mysql
SET STATEMENT max_statement_time = 1 FOR DELETE FROM news
--
error: SET STATEMENT at byte 4

== postgres mysql
SET time_zone = 'UTC'
--
other
volatile: SET

== sqlite postgres mysql
SELECT 1; DELETE FROM news
--
error: "DELETE" where the end should be at byte 10

== sqlite postgres mysql
SELECT 1 ; ;
--
select

== sqlite postgres mysql
SELECT id
--
error: the column id without a table

== sqlite mysql
SELECT FROM news
--
error: "FROM" where an expression should be at byte 7

== postgres
SELECT FROM news WHERE a = 1
--
select
read news where a = 1; no column

== sqlite postgres mysql
SELECT id FROM news WHERE
--
error: the end where an expression should be at byte 25

== sqlite postgres mysql
SELECT 'abc FROM news
--
error: the text ends inside a literal or comment

== mysql
SELECT /*! SQL_NO_CACHE */ id FROM news
--
error: a comment that is run

== postgres
SELECT * INTO copy FROM news
--
error: "INTO" where the end should be at byte 9

== mysql
CALL p()
--
error: "CALL" where a statement should be at byte 0

== postgres
DO $$ BEGIN DELETE FROM news; END $$
--
error: "DO" where a statement should be at byte 0

== sqlite
SELECT $2, $1
--
error: the parameter "$2" out of order

== sqlite
SELECT ?, ?3, :name, @name, :name, ?, $x
--
select params 7 named ,,,name,name,,x

== sqlite postgres mysql
LOAD DATA INFILE 'x' INTO TABLE news
--
error: "LOAD" where a statement should be at byte 0

== sqlite postgres mysql

--
error: the end where a statement should be at byte 0

== sqlite postgres mysql
-- only a comment
--
error: the end where a statement should be at byte 17
