-- By the width that was asked for.
WITH queries AS (
  SELECT uri_query, count(*) AS requests, coalesce(sum(bytes), 0) AS bytes
  FROM requests
  WHERE status IN (200, 304) AND uri_query LIKE '%w=%'
  GROUP BY uri_query
)
SELECT
  CAST(regexp_extract(uri_query, '(^|&)w=([0-9]{1,6})(&|$)', 2) AS BIGINT) AS width,
  sum(requests) AS requests,
  sum(bytes) AS bytes
FROM queries
WHERE regexp_like(uri_query, '(^|&)w=([0-9]{1,6})(&|$)')
GROUP BY 1
ORDER BY requests DESC, width
LIMIT 40
