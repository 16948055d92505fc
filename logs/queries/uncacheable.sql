-- Misses that no cache could have answered, by what the log tells of the reason. Headers are in real-time logs alone;
-- cookies are where the distribution logs them.
SELECT
  CASE
    WHEN method NOT IN ('GET', 'HEAD') THEN concat('method ', method)
    WHEN regexp_like(lower(request_header_names), '(^|[^a-z-])authorization') THEN 'header Authorization'
    WHEN cookie IS NOT NULL THEN 'header Cookie'
    ELSE 'header Range'
  END AS reason,
  count(*) AS misses
FROM requests
WHERE result_type = 'Miss'
  AND (
    method NOT IN ('GET', 'HEAD')
    OR cookie IS NOT NULL
    OR regexp_like(lower(request_header_names), '(^|[^a-z-])(authorization|range)')
  )
GROUP BY 1
ORDER BY misses DESC, reason
