-- What is billed, by calendar month (seconds since 1970 at its beginning), region of the price list and protocol.
-- `origin_requests` are those that the edge location had no answer for, or had to ask whether it still holds: at most so
-- many came to the origin, fewer where a cache behind the edge location had it. An error counts as one.
SELECT
  to_unixtime(date_trunc('month', time)) AS month,
  coalesce(edge_regions.region, 'unknown') AS region,
  CASE WHEN protocol IN ('http', 'ws') THEN 'http' ELSE 'https' END AS protocol,
  count(*) AS requests,
  coalesce(sum(bytes), 0) AS bytes,
  count(*) FILTER (
    WHERE result_type IN ('Miss', 'RefreshHit', 'Error') AND coalesce(detailed_result_type, '') <> 'OriginShieldHit'
  ) AS origin_requests,
  min(to_unixtime(time)) AS first_time,
  max(to_unixtime(time)) AS last_time
FROM requests
LEFT JOIN edge_regions ON edge_regions.code = substr(edge_location, 1, 3)
GROUP BY
  date_trunc('month', time),
  coalesce(edge_regions.region, 'unknown'),
  CASE WHEN protocol IN ('http', 'ws') THEN 'http' ELSE 'https' END
ORDER BY 1, 2, 3
