-- Why the cache had it not: by path, and in the first row, without a path, for all of them.
--   first_time   nobody had asked for the path at that edge location
--   fragmented   the path had been asked for there, with another query: another key
--   not_cached   the very key had been asked for, less than a minute ago on average, and no request of it was ever a hit
--   expired      the very key had been asked for, and was kept no longer
WITH keys AS (
  SELECT
    edge_location,
    uri_stem,
    uri_query,
    count(*) AS requests,
    count(*) FILTER (WHERE result_type = 'Miss') AS misses,
    to_unixtime(max(time)) - to_unixtime(min(time)) AS seconds
  FROM requests
  WHERE method IN ('GET', 'HEAD') AND result_type IN ('Hit', 'RefreshHit', 'Miss')
  GROUP BY edge_location, uri_stem, uri_query
),
paths AS (
  SELECT
    uri_stem,
    sum(misses) AS misses,
    count(*) FILTER (WHERE misses > 0) AS first_misses,
    coalesce(sum(misses - 1) FILTER (WHERE misses > 1 AND misses = requests AND seconds < 60 * (misses - 1)), 0) AS not_cached,
    coalesce(sum(misses - 1) FILTER (WHERE misses > 1 AND NOT (misses = requests AND seconds < 60 * (misses - 1))), 0) AS expired
  FROM keys
  GROUP BY edge_location, uri_stem
)
SELECT
  uri_stem,
  sum(misses) AS misses,
  count(*) FILTER (WHERE first_misses > 0) AS first_time,
  coalesce(sum(first_misses - 1) FILTER (WHERE first_misses > 0), 0) AS fragmented,
  sum(not_cached) AS not_cached,
  sum(expired) AS expired
FROM paths
WHERE misses > 0
GROUP BY GROUPING SETS ((), (uri_stem))
ORDER BY misses DESC, uri_stem NULLS FIRST
LIMIT 21
