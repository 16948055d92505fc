-- By route of the config; a route that nobody asked for has no row.
SELECT
  route,
  count(*) AS requests,
  coalesce(sum(bytes), 0) AS bytes,
  count(*) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')) AS hits,
  coalesce(sum(bytes) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')), 0) AS hit_bytes,
  count(*) FILTER (WHERE status >= 400) AS errors
FROM requests
WHERE route IS NOT NULL
GROUP BY route
ORDER BY requests DESC, route
