-- Paths by the bytes that were sent of them.
SELECT
  uri_stem,
  count(*) AS requests,
  coalesce(sum(bytes), 0) AS bytes,
  count(*) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')) AS hits
FROM requests
GROUP BY uri_stem
ORDER BY bytes DESC, uri_stem
LIMIT 20
