-- By what CloudFront did, and the detail of it.
SELECT
  coalesce(result_type, 'unknown') AS result_type,
  coalesce(detailed_result_type, result_type, 'unknown') AS detail,
  count(*) AS requests,
  coalesce(sum(bytes), 0) AS bytes
FROM requests
GROUP BY coalesce(result_type, 'unknown'), coalesce(detailed_result_type, result_type, 'unknown')
ORDER BY requests DESC, 1, 2
