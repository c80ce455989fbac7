-- What writes do to their table and how its rows are found.

== sqlite mysql
UPDATE `news` SET `title` = ?, `hits` = `hits` + 1 WHERE `id` = ? AND (a = ? OR b IS NULL)
--
update params 3
write news where {`id` = ? AND (a = ? OR b IS NULL)} args [2 3]; sets title hits

== postgres
UPDATE "news" AS n SET "title" = $1, (a, b) = ($4, 5) WHERE n.id = $3 AND (c = $2 OR $3 > 1) -- by id
RETURNING *
--
update params 4
write news as n where {n.id = $1 AND (c = $2 OR $1 > 1)} args [3 2]; sets title a b; returning

== sqlite
UPDATE news AS n SET title = :title WHERE n.id = :id AND a = ?2 AND b = ?
--
update params 3 named title,id
write news as n where {n.id = ? AND a = ? AND b = ?} args [2 2 3]; sets title

== sqlite postgres mysql
UPDATE news SET hits = 0
--
update
write news; sets hits

== sqlite postgres mysql
DELETE FROM news WHERE id IN (SELECT news_id FROM tags WHERE name = 'x')
--
delete
write news where {id IN (SELECT news_id FROM tags WHERE name = 'x')} args []

== sqlite mysql
DELETE FROM news WHERE a = ? ORDER BY id LIMIT 3
--
delete params 1
write news where {a = ?} args [1]; opaque: LIMIT

== sqlite postgres mysql
DELETE FROM news;
--
delete
write news

== sqlite
UPDATE OR REPLACE news SET slug = 'x' WHERE id = 1
--
update
write news where {id = 1} args []; opaque: UPDATE OR; sets slug

== postgres sqlite
UPDATE news SET a = s.b FROM sections s WHERE s.id = news.section_id
--
update
write news where {s.id = news.section_id} args []; opaque: UPDATE ... FROM; sets a

== postgres
DELETE FROM news USING sections s WHERE s.id = news.section_id AND s.hidden
--
delete
write news where {s.id = news.section_id AND s.hidden} args []; opaque: DELETE ... USING

== mysql
UPDATE news SET updated_at = NOW(), a = DEFAULT WHERE id = 1
--
update
volatile: now()
write news where {id = 1} args []; sets updated_at a

== mysql
UPDATE news SET a = 1 WHERE created_at < NOW()
--
update
volatile: now()
write news where {created_at < NOW()} args []; opaque: now(); sets a

== mysql
UPDATE news n JOIN sections s ON s.id = n.section_id SET n.a = 1
--
error: "JOIN" where SET should be at byte 14

== mysql
DELETE n FROM news n JOIN sections s ON s.id = n.section_id
--
error: "n" where FROM should be at byte 7

== postgres
WITH old AS (SELECT id FROM news WHERE a = 1) DELETE FROM news WHERE id IN (SELECT id FROM old)
--
delete
write news where {id IN (SELECT id FROM old)} args []; opaque: WITH

== postgres
WITH gone AS (DELETE FROM news RETURNING *) SELECT * FROM gone
--
error: "DELETE" where a query should be at byte 14

== sqlite postgres mysql
DELETE FROM other.news WHERE id = 1
--
delete
write news where {id = 1} args []; opaque: a schema's name

== postgres
UPDATE news SET a = 1 WHERE CURRENT OF c
--
update
write news; opaque: WHERE CURRENT OF; sets a

== sqlite mysql
INSERT INTO `news` (`title`, `Lang`, hits) VALUES (?, 'ru', 1), (?, lower('EN'), -2.5), (NULL, ?, hits + 1)
--
insert params 3
write news; columns title lang hits; row (?1, 'ru', 1); row (?2, unknown, -2.5); row (NULL, ?3, unknown)

== postgres
INSERT INTO "news" ("title","created_at") VALUES ($1,DEFAULT) ON CONFLICT ("id") DO UPDATE SET "title"="excluded"."title" WHERE news.a = 1 RETURNING "id"
--
insert params 1
write news; columns title created_at; row (?1, unknown); upsert; returning

== sqlite postgres
INSERT INTO news VALUES (1, 'x') ON CONFLICT DO NOTHING
--
insert
write news; row (1, 'x')

== sqlite postgres
INSERT INTO news DEFAULT VALUES
--
insert
write news; columns ; row ()

== sqlite
INSERT OR REPLACE INTO news (id) VALUES (1)
--
insert
write news; columns id; row (1); upsert

== sqlite mysql
REPLACE INTO news (id) VALUES (1)
--
insert
write news; columns id; row (1); upsert

== sqlite
INSERT OR IGNORE INTO news (id) SELECT id FROM old WHERE true ON CONFLICT DO UPDATE SET a = excluded.a
--
insert
write news; columns id; upsert

== mysql
INSERT IGNORE INTO news SET id = 1, title = ?
--
insert params 1
write news; columns id title; row (1, ?1)

== mysql
INSERT INTO news (id) VALUE (1) AS new ON DUPLICATE KEY UPDATE a = VALUES(a), b = new.b
--
insert
write news; columns id; row (1); upsert

== mysql
INSERT news (id) VALUES ROW(1), ROW(2)
--
insert
write news; columns id; row (1); row (2)

== sqlite postgres mysql
INSERT INTO news (id, a) SELECT id, b FROM old
--
insert
write news; columns id a

== postgres
INSERT INTO news AS n (a) VALUES (spend(1)) ON CONFLICT ON CONSTRAINT c DO NOTHING
--
insert
volatile: spend()
calls: spend()
write news as n; columns a; row (unknown)

== postgres
MERGE INTO news USING old ON old.id = news.id WHEN MATCHED THEN DELETE
--
error: "MERGE" where a statement should be at byte 0
