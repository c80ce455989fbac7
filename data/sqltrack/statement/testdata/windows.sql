-- First rows of one table in an order of its columns, and what only looks like it.

== sqlite mysql
SELECT * FROM `news` WHERE `news`.`deleted_at` IS NULL ORDER BY `news`.`id` LIMIT 1
--
select
read news where deleted_at is null; all columns; the first 1 by id

== sqlite postgres mysql
SELECT id, title AS t FROM news n WHERE lang = 'ru' ORDER BY n.created_at DESC, id LIMIT 10
--
select
read news where lang = 'ru'; columns created_at id? title?

== sqlite postgres mysql
SELECT id, created_at AS at FROM news n WHERE lang = 'ru' ORDER BY at DESC, n.id LIMIT 10 OFFSET 20
--
select
read news where lang = 'ru'; columns created_at? id; the first 10 by created_at desc id at [1 0]

== sqlite mysql
SELECT id FROM news ORDER BY 1 LIMIT ?, ?
--
select params 2
read news; columns id?; the first ?2 by id at [0]

== postgres
SELECT id FROM news ORDER BY id DESC NULLS LAST OFFSET $1 ROWS FETCH FIRST 5 ROWS ONLY
--
select params 1
read news; columns id?; the first 5 by id desc at [0]

== postgres
SELECT id FROM news ORDER BY id FETCH FIRST 5 ROWS WITH TIES
--
select
read news; columns id?

== sqlite postgres mysql
SELECT a AS b, b AS a FROM t ORDER BY a LIMIT 3
--
select
read t; columns a? b?; the first 3 by b at [1]

== sqlite postgres mysql
SELECT * FROM news WHERE id IN (SELECT news_id FROM tags) ORDER BY id LIMIT 3
--
select
read news; all columns; the first 3 by id
read tags; columns news_id?

== sqlite postgres mysql
SELECT max(id), id FROM news ORDER BY id LIMIT 1
--
select
read news; columns id?

== sqlite postgres mysql
SELECT DISTINCT id FROM news ORDER BY id LIMIT 1
--
select
read news; columns id?

== sqlite postgres mysql
SELECT id FROM news GROUP BY id ORDER BY id LIMIT 1
--
select
read news; columns id?

== sqlite postgres mysql
SELECT id FROM news ORDER BY lower(title), id LIMIT 1
--
select
read news; columns id? title?

== sqlite
SELECT id, title FROM news ORDER BY title COLLATE NOCASE, id LIMIT 1
--
select
read news; columns id? title?

== sqlite postgres mysql
SELECT n.id FROM news n JOIN tags t ON t.news_id = n.id ORDER BY n.id LIMIT 1
--
select
read news; columns id
read tags; columns news_id

== sqlite postgres mysql
SELECT id FROM (SELECT id FROM news ORDER BY id LIMIT 5) x ORDER BY id LIMIT 1
--
select
read news; columns id?

== sqlite postgres mysql
SELECT id FROM news UNION SELECT id FROM old ORDER BY id LIMIT 1
--
select
read news; columns id?
read old; columns id?

== sqlite postgres mysql
SELECT id, (SELECT count(news.id)) FROM news ORDER BY id LIMIT 1
--
select
read news; columns id

== sqlite
SELECT id, max(a, b), lower(c), ? FROM news ORDER BY id LIMIT 3
--
select params 1
read news; columns a? b? c? id?; the first 3 by id at [0]

== postgres
SELECT id, unnest(tags) FROM news ORDER BY id LIMIT 3
--
select
read news; columns id? tags?

== sqlite postgres mysql
SELECT id FROM news ORDER BY id LIMIT 0
--
select
read news; columns id?

== sqlite postgres mysql
SELECT id FROM news ORDER BY id LIMIT 2 + 3
--
select
read news; columns id?
