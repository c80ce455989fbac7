-- What answers differently though no table changed, and what may even write.

== sqlite postgres mysql
SELECT id FROM news WHERE published_at <= CURRENT_TIMESTAMP AND a = 1
--
select
volatile: current_timestamp
read news where a = 1; columns id? published_at?

== postgres mysql
SELECT now(), id FROM news
--
select
volatile: now()
read news; columns id?

== sqlite postgres
SELECT id FROM news ORDER BY random() LIMIT 1
--
select
volatile: random()
read news; columns id?

== sqlite
SELECT date(created_at), strftime('%Y', created_at) FROM news
--
select
read news; columns created_at?

== sqlite
SELECT date('now')
--
select
volatile: date()

== sqlite
SELECT strftime('%Y')
--
select
volatile: strftime()

== sqlite
SELECT datetime(created_at, ?) FROM news
--
select params 1
volatile: datetime()
read news; columns created_at?

== sqlite
SELECT last_insert_rowid(), changes()
--
select
volatile: last_insert_rowid()

== sqlite
SELECT name FROM sqlite_master WHERE type = 'table'
--
select
volatile: sqlite_master

== sqlite
SELECT * FROM pragma_table_info('news')
--
select
volatile: pragma_table_info()
calls: pragma_table_info()

== sqlite
SELECT rowid FROM news_fts WHERE news_fts MATCH ?
--
select params 1
volatile: MATCH
read news_fts; columns news_fts rowid

== postgres
SELECT id FROM news WHERE created_at > 'yesterday' AND a = 1
--
select
volatile: 'yesterday'
read news where created_at > 'yesterday' and a = 1; columns id?

== postgres
SELECT nextval('seq'), current_user, gen_random_uuid()
--
select
volatile: current_user

== postgres
SELECT relname FROM pg_class JOIN information_schema.tables ON table_name = relname
--
select
volatile: pg_class

== postgres
SELECT id FROM news WHERE id = $1 FOR NO KEY UPDATE OF news SKIP LOCKED
--
select params 1
volatile: FOR UPDATE
read news where id = ?1; columns id?

== mysql
SELECT id FROM news WHERE id = ? LOCK IN SHARE MODE
--
select params 1
volatile: LOCK IN SHARE MODE
read news where id = ?1; columns id?

== mysql
SELECT @@version, @row := 1, id FROM news
--
error: ":=" where the end should be at byte 23

== mysql
SELECT @row, id FROM news
--
select
volatile: @row
read news; columns id?

== mysql
SELECT UNIX_TIMESTAMP(created_at), UUID() FROM news
--
select
volatile: uuid()
read news; columns created_at?

== postgres mysql
SELECT charge(id) FROM news
--
select
volatile: charge()
calls: charge()
read news; columns id?

== postgres
SELECT audit.log(id) FROM news TABLESAMPLE system (10)
--
select
volatile: TABLESAMPLE
calls: system()
read news; columns id?
