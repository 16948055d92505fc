-- By content type, without its parameters. `%20` is how a log has a space.
SELECT
  split_part(split_part(coalesce(content_type, 'none'), ';', 1), '%', 1) AS format,
  count(*) AS requests,
  coalesce(sum(bytes), 0) AS bytes
FROM requests
GROUP BY split_part(split_part(coalesce(content_type, 'none'), ';', 1), '%', 1)
ORDER BY requests DESC, format
LIMIT 20
