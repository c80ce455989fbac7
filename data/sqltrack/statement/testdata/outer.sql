-- Which conditions of outer joins select rows. On the side that is filled with NULLs those of WHERE count only if NULLs
-- cannot fulfil them; on the side that is kept those of ON never count.

== sqlite postgres mysql
SELECT a.x, b.y FROM a LEFT JOIN b ON b.k = a.k AND b.p = 1 AND a.q = 2 WHERE a.r = 3 AND b.s = 4 AND b.t IS NULL
--
select
read a where r = 3; columns k q x
read b where p = 1 and s = 4; columns k t y

== sqlite postgres mysql
SELECT a.x, b.y FROM a RIGHT JOIN b ON b.k = a.k AND b.p = 1 AND a.q = 2 WHERE a.r = 3 AND b.s = 4 AND a.t IS NULL
--
select
read a where q = 2 and r = 3; columns k t x
read b where s = 4; columns k p y

== sqlite postgres
SELECT a.x, b.y FROM a FULL JOIN b ON b.k = a.k AND b.p = 1 AND a.q = 2 WHERE a.r = 3 AND (b.s = 4 OR b.s IS NULL)
--
select
read a where r = 3; columns k q x
read b; columns k p s y

== sqlite postgres mysql
SELECT a.x FROM a LEFT JOIN b ON b.k = a.k JOIN c ON c.k = b.k AND b.p = 1 AND a.q = 2 AND b.r IS NULL
--
select
read a where q = 2; columns k x
read b where p = 1; columns k r
read c; columns k

== sqlite postgres mysql
SELECT a.x FROM a LEFT JOIN (b JOIN c ON c.k = b.k AND b.p = 1) ON b.k = a.k AND c.q = 2 AND a.r = 3
--
select
read a; columns k r x
read b where p = 1; columns k
read c where q = 2; columns k

== postgres mysql
SELECT a.x FROM a LEFT JOIN b INNER JOIN c ON c.k = b.k AND b.p = 1 ON b.k = a.k
--
select
read a; columns k x
read b where p = 1; columns k
read c; columns k

== sqlite
SELECT c.x FROM a, b RIGHT JOIN c ON c.k = b.k WHERE a.p IS NULL AND b.q IS NULL
--
select
read a; columns p
read b; columns k q
read c; columns k x

== postgres mysql
SELECT c.x FROM a, b RIGHT JOIN c ON c.k = b.k WHERE a.p IS NULL AND b.q IS NULL
--
select
read a where p is null; no column
read b; columns k q
read c; columns k x

== sqlite postgres mysql
SELECT a.x FROM a LEFT JOIN b ON b.k = a.k WHERE NOT (b.p = 1) AND NOT (b.q IS NOT NULL) AND (b.r = 1 OR a.s = 2)
--
select
read a where unknown or s = 2; columns k x
read b where not p = 1; columns k q r
