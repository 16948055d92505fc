-- Answers of 400 and more, viewers that had gone (status 0), and what CloudFront itself calls an error.
SELECT
  status,
  coalesce(detailed_result_type, result_type, 'unknown') AS detail,
  route,
  count(*) AS requests,
  min(uri_stem) AS example
FROM requests
WHERE status >= 400 OR status = 0 OR result_type IN ('Error', 'LimitExceeded', 'CapacityExceeded')
GROUP BY status, coalesce(detailed_result_type, result_type, 'unknown'), route
ORDER BY requests DESC, status, detail, route
LIMIT 40
