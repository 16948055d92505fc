-- By the hour, in seconds since 1970.
SELECT
  to_unixtime(date_trunc('hour', time)) AS hour,
  count(*) AS requests,
  coalesce(sum(bytes), 0) AS bytes,
  count(*) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')) AS hits,
  coalesce(sum(bytes) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')), 0) AS hit_bytes,
  count(*) FILTER (WHERE status >= 400) AS errors
FROM requests
GROUP BY date_trunc('hour', time)
ORDER BY 1
