-- Query parameters by what they do to the cache: `extra_keys` are the keys that there would not be, were each path asked
-- for with one value of this parameter alone.
WITH addresses AS (
  SELECT
    uri_stem,
    uri_query,
    length(uri_query) - length(replace(uri_query, '&', '')) + 1 AS pairs,
    count(*) AS requests,
    count(*) FILTER (WHERE result_type = 'Miss') AS misses
  FROM requests
  WHERE uri_query <> ''
  GROUP BY uri_stem, uri_query
),
positions AS (
  SELECT pairs, position
  FROM (SELECT DISTINCT pairs FROM addresses) AS lengths
  CROSS JOIN UNNEST(sequence(1, pairs)) AS steps (position)
),
pairs AS (
  SELECT
    uri_stem,
    split_part(uri_query, '&', position) AS pair,
    sum(requests) AS requests,
    sum(misses) AS misses
  FROM addresses
  JOIN positions ON positions.pairs = addresses.pairs
  WHERE split_part(uri_query, '&', position) <> ''
  GROUP BY uri_stem, split_part(uri_query, '&', position)
),
names AS (
  SELECT uri_stem, split_part(pair, '=', 1) AS name, count(*) AS distinct_pairs, sum(requests) AS requests, sum(misses) AS misses
  FROM pairs
  GROUP BY uri_stem, split_part(pair, '=', 1)
)
SELECT
  name,
  sum(requests) AS requests,
  sum(misses) AS misses,
  sum(distinct_pairs - 1) AS extra_keys
FROM names
GROUP BY name
ORDER BY extra_keys DESC, requests DESC, name
LIMIT 20
