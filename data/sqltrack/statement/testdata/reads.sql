-- What single tables, joins and sub-queries read. A column with a question mark may belong to another table.

== sqlite mysql
SELECT * FROM `news` WHERE `news`.`id` = ? AND `news`.`deleted_at` IS NULL
--
select params 1
read news where id = ?1 and deleted_at is null; all columns

== sqlite postgres mysql
SELECT title FROM news WHERE section_id = 3 AND hits > 10.5 AND lang IN ('ru', 'en') AND hidden <> 1
--
select
read news where section_id = 3 and hits > 10.5 and lang in 'ru','en' and hidden <> 1; columns title?

== sqlite postgres mysql
SELECT count(*) FROM news
--
select
read news; no column

== sqlite postgres mysql
SELECT COUNT(*) FROM news WHERE author = 'a' OR editor = 'b' AND NOT draft
--
select
read news where author = 'a' or (editor = 'b' and not draft <> 0); no column

== sqlite postgres mysql
SELECT id FROM news WHERE (a = 1 OR b = 2) AND c = 3
--
select
read news where (a = 1 or b = 2) and c = 3; columns id?

== sqlite postgres mysql
SELECT id FROM news WHERE 5 < a AND 'x' = b AND -3 >= c AND NULL = d
--
select
read news where a > 5 and b = 'x' and c <= -3 and d = NULL; columns id?

== sqlite postgres mysql
SELECT id FROM news WHERE a = NULL OR b IN (1, NULL) OR c NOT IN (2, NULL)
--
select
read news where a = NULL or b in 1,NULL or not c in 2,NULL; columns id?

== sqlite postgres mysql
SELECT id FROM news WHERE a BETWEEN 1 AND 5 AND b NOT BETWEEN 2 AND 3 AND c = 1
--
select
read news where (a >= 1 and a <= 5) and not (b >= 2 and b <= 3) and c = 1; columns id?

== sqlite postgres mysql
SELECT id FROM news WHERE flag AND NOT other AND a IS TRUE AND b IS NOT FALSE
--
select
read news where flag <> 0 and not other <> 0 and (not a is null and a <> 0) and not (not b is null and b = 0); columns id?

== sqlite postgres mysql
SELECT id FROM news WHERE a + 1 = 2 AND lower(b) = 'x' AND c = d AND e = 1
--
select
read news where e = 1; columns a? b? c? d? id?

== sqlite postgres mysql
SELECT id FROM news WHERE a = 1 OR lower(b) = 'x'
--
select
read news where a = 1 or unknown; columns b? id?

== sqlite postgres mysql
SELECT id FROM news WHERE (a, b) = (1, 2) AND (a, b) IN ((1, 2), (3, 4))
--
select
read news; columns a? b? id?

== sqlite postgres mysql
SELECT id FROM news WHERE a = b = 1 AND c < 2 IS NULL
--
select
read news; columns a? b? c? id?

== sqlite
SELECT id FROM news WHERE title LIKE 'x%' AND body NOT LIKE 'y%' AND a LIKE 'b' ESCAPE '!' AND g GLOB 'x*'
--
select
read news where title like 'x%' folded and not body like 'y%' folded; columns a? g? id?

== postgres
SELECT id FROM news WHERE title LIKE 'x%' AND body NOT LIKE 'y%' AND a ILIKE 'b%' AND c SIMILAR TO 'd' AND e ~* 'f'
--
select
read news where title like 'x%' and not body like 'y%'; columns a? c? e? id?

== mysql
SELECT id FROM news WHERE title LIKE 'x%' AND body NOT LIKE 'y%' AND a RLIKE 'b' AND c REGEXP 'd' AND NOT e SOUNDS LIKE 'f'
--
select
read news where title like 'x%' and not body like 'y%'; columns a? c? e? id?

== sqlite
SELECT id FROM news WHERE a IS NOT NULL AND b ISNULL AND c NOTNULL AND d NOT NULL AND e IS 5 AND f IS NOT 'x' AND g IS ? AND h == 1
--
select params 1
read news where not a is null and b is null and not c is null and not d is null and (not e is null and e = 5) and not (not f is null and f = 'x') and h = 1; columns g? id?

== mysql
SELECT id FROM news WHERE a <=> NULL AND b <=> 3 AND c <=> ? AND (d && e || f) AND (g XOR h)
--
select params 1
read news where a is null and (not b is null and b = 3); columns c? d? e? f? g? h? id?

== postgres
SELECT id FROM news WHERE a IS NOT DISTINCT FROM 3 AND b IS DISTINCT FROM NULL AND c BETWEEN SYMMETRIC 2 AND 1 AND d IS UNKNOWN
--
select
read news where (not a is null and a = 3) and not b is null and d is null; columns c? id?

== sqlite
SELECT id FROM news WHERE a COLLATE NOCASE = 'x' AND b = 'y' COLLATE "NOCASE" AND c = x'4142' AND d > '2024' AND e > '2024-01-01'
--
select
read news where c = x'4142' and e > '2024-01-01'; columns a? b? d? id?

== postgres
SELECT id FROM news WHERE a = $1::text AND b = $2::bigint AND c = 'x'::varchar AND d = '5'::int AND e = $3::date AND f = CAST('y' AS text)
--
select params 3
read news where a = ?1 and b = ?2 and c = 'x' and f = 'y'; columns d? e? id?

== postgres
SELECT id FROM news WHERE data->>'k' = 'v' AND data @> '{"a": 1}' AND tags ? 'x' AND tags && ARRAY['a', 'b'] AND id = ANY($1) AND arr[1] = 2
--
select params 1
read news; columns arr? data? id? tags?

== postgres
SELECT id FROM news WHERE a = E'x' AND b = E'x\'y' AND c = $tag$it's$tag$ AND d = 'it''s' AND created_at > '2024-01-01'::timestamp with time zone AND e = 1 /* a /* nested */ comment */ -- and more
--
select
read news where a = 'x' and d = 'it's' and e = 1; columns b? c? created_at? id?

== mysql
SELECT id FROM news WHERE a = "te""xt" AND b = 'it\'s' AND c = 'it''s' AND d = _utf8mb4'x' AND e = 'a' 'b' AND f = 0x41 # a comment
--
select
read news where a = 'te"xt' and c = 'it's'; columns b? d? e? f? id?

== mysql
SELECT id FROM news WHERE a = 1--1 AND b = 2 -- a comment
--
select
read news where b = 2; columns a? id?

== sqlite postgres mysql
SELECT n.title, s.name FROM news n JOIN sections s ON s.id = n.section_id AND s.hidden = 0 WHERE n.lang = 'ru' AND s.kind = 2 AND (n.a = 1 OR s.b = 2)
--
select
read news where lang = 'ru' and (a = 1 or unknown); columns section_id title
read sections where hidden = 0 and kind = 2 and (unknown or b = 2); columns id name

== sqlite postgres mysql
SELECT title, name FROM news n, sections s WHERE n.section_id = s.id AND draft = 0
--
select
read news; columns draft? name? section_id title?
read sections; columns draft? id name? title?

== sqlite postgres mysql
SELECT n.* FROM news n JOIN sections USING (section_id) NATURAL JOIN authors
--
select
fallback: NATURAL JOIN
read news; all columns
read sections; all columns
read authors; all columns

== sqlite postgres mysql
SELECT title FROM news WHERE id IN (SELECT news_id FROM tags WHERE name = 'x') AND lang = 'ru'
--
select
read news where lang = 'ru'; columns id? name? news_id? title?
read tags where name = 'x'; columns news_id?

== sqlite postgres mysql
SELECT title FROM news WHERE EXISTS (SELECT * FROM tags WHERE tags.news_id = news.id AND tags.name = 'x') AND (SELECT count(*) FROM comments c WHERE c.news_id = news.id) > 3
--
select
read news; columns id title?
read tags where name = 'x'; columns news_id
read comments; columns news_id

== sqlite postgres mysql
SELECT d.x, count(*) FROM (SELECT a AS x, b FROM t WHERE c = 1) d WHERE d.x > 3 AND b = 2 GROUP BY d.x HAVING count(*) > 1
--
select
read t where c = 1; columns a? b?

== sqlite postgres mysql
SELECT a, sum(b), max(c) FROM t WHERE d = 1 GROUP BY a HAVING sum(b) > 10 AND a = 5 ORDER BY e
--
select
read t where d = 1; columns a? b? c? e?

== sqlite postgres mysql
SELECT DISTINCT a, row_number() OVER (PARTITION BY b ORDER BY c DESC) FROM t WHERE d = 1
--
select
read t where d = 1; columns a? b? c?

== sqlite postgres mysql
SELECT CASE WHEN a = 1 THEN b ELSE c END AS x, CAST(d AS char(3)), coalesce(e, 'f') FROM t
--
select
read t; columns a? b? c? d? e?

== sqlite postgres mysql
SELECT a FROM t WHERE x = 1 UNION ALL SELECT b FROM u WHERE y = 2 EXCEPT SELECT c FROM v ORDER BY 1 LIMIT 3
--
select
read t where x = 1; columns a?
read u where y = 2; columns b?
read v; columns c?

== sqlite postgres mysql
WITH recent AS (SELECT id, title FROM news WHERE lang = 'ru'), t AS (SELECT * FROM recent) SELECT t.title, c.body FROM t JOIN comments c ON c.news_id = t.id AND c.hidden = 0
--
select
read news where lang = 'ru'; columns id? title?
read comments where hidden = 0; columns body news_id

== sqlite postgres mysql
WITH RECURSIVE tree(id, parent) AS (SELECT id, parent FROM pages WHERE id = 1 UNION ALL SELECT p.id, p.parent FROM pages p JOIN tree ON tree.id = p.parent) SELECT * FROM tree
--
select
read pages where id = 1; columns id? parent?
read pages; columns id parent

== postgres mysql
WITH news AS (SELECT id FROM news WHERE lang = 'ru') SELECT * FROM news WHERE id = 3
--
select
read news where lang = 'ru'; columns id?

== postgres
WITH "News" AS (SELECT 1) SELECT a FROM news
--
select
read news; columns a?

== sqlite
SELECT id FROM news WHERE id IN favourites AND section IN (SELECT id FROM main.sections)
--
select
read news; columns id? section?
read favourites; all columns
read sections; columns id?

== sqlite
SELECT value FROM json_each(?) WHERE value > 3
--
select params 1

== sqlite
SELECT n.id FROM news n, json_each(n.tags) j WHERE j.value = 'x' AND n.lang = 'ru'
--
select
read news where lang = 'ru'; columns id tags

== postgres
SELECT n.id, t.tag FROM public.news AS n CROSS JOIN LATERAL (SELECT tag FROM tags WHERE tags.news_id = n.id AND rank = 1) t WHERE public.news.id = 1
--
select
fallback: unknown table news
read news; all columns
read tags where rank = 1; columns news_id tag?

== postgres
SELECT g, count(n.id) FILTER (WHERE n.hidden) FROM generate_series(1, 10) g LEFT JOIN news n ON n.day = g GROUP BY g
--
select
read news; columns day g? hidden id

== postgres
SELECT DISTINCT ON (section_id) section_id, title FROM news ORDER BY section_id, created_at DESC
--
select
read news; columns created_at? section_id? title?

== postgres
SELECT string_agg(title, ', ' ORDER BY created_at) FROM news WHERE EXTRACT(year FROM created_at) = 2024 AND created_at AT TIME ZONE 'UTC' > $1
--
select params 1
read news; columns created_at? title?

== postgres
SELECT news FROM news WHERE (news).id = 3
--
select
read news; columns news

== mysql
SELECT GROUP_CONCAT(DISTINCT title ORDER BY created_at SEPARATOR ', ') FROM news WHERE created_at > ? - INTERVAL 1 DAY AND a = 1
--
select params 1
read news where a = 1; columns created_at? title?

== mysql
SELECT title, MATCH (title, body) AGAINST (? IN NATURAL LANGUAGE MODE) AS score FROM news WHERE lang = 'ru' ORDER BY score DESC LIMIT 3
--
select params 1
fallback: MATCH ... AGAINST
read news; columns body? lang title?

== mysql
SELECT STRAIGHT_JOIN SQL_NO_CACHE n.id FROM news n FORCE INDEX (a, b) INNER JOIN sections AS s USE INDEX FOR JOIN (c) ON s.id = n.section_id, DUAL
--
select
read news; columns id section_id
read sections; columns id

== sqlite
SELECT `te``xt`, "a""b" FROM `my news`
--
select
read my news; columns a"b? te`xt?

== mysql
SELECT `te``xt`, "a""b" FROM `my news`
--
select
read my news; columns te`xt?

== sqlite
SELECT [a b].[c d], "e" FROM [a b] INDEXED BY i WHERE 'f' = "e"
--
select
read a b where e = 'f'; columns c d e?

== sqlite postgres mysql
SELECT x.y FROM news n WHERE n.id = 1
--
select
fallback: unknown table x
read news where id = 1; all columns

== sqlite postgres
VALUES (1, 2), (3, 4)
--
select

== postgres mysql
TABLE news
--
select
read news; all columns

== sqlite postgres mysql
((SELECT a FROM t) UNION (SELECT b FROM u WHERE c = 1))
--
select
read t; columns a?
read u where c = 1; columns b?

== sqlite postgres mysql
SELECT ((SELECT max(a) FROM t) + 1), ((SELECT b FROM u WHERE c = 1) UNION (SELECT 2))
--
select
read t; columns a?
read u where c = 1; columns b?
