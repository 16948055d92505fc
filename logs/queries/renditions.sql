-- What pictures were asked to be: `asked` by a size, a quality or a format in the query, or by the function's own word for
-- it; `fallbacks` are those that named a format, and came in another one.
WITH pictures AS (
  SELECT
    content_type,
    bytes,
    coalesce(url_decode(log_data), '') AS told,
    uri_query
  FROM requests
  WHERE status = 200 AND content_type LIKE 'image/%'
),
formats AS (
  SELECT
    bytes,
    regexp_like(uri_query, '(^|&)(w|h|q|fm)=') OR regexp_like(told, '[ &?](w|h|q|fm)=') AS asked,
    content_type,
    CASE
      WHEN regexp_like(told, '[ &?]fm=(webp|avif|jpg|png)') THEN regexp_extract(told, '[ &?]fm=(webp|avif|jpg|png)', 1)
      WHEN regexp_like(uri_query, '(^|&)fm=(webp|avif|jpg|png)(&|$)') THEN regexp_extract(uri_query, '(^|&)fm=(webp|avif|jpg|png)(&|$)', 2)
    END AS format
  FROM pictures
)
SELECT
  count(*) AS pictures,
  coalesce(sum(bytes), 0) AS bytes,
  count(*) FILTER (WHERE asked) AS asked,
  coalesce(sum(bytes) FILTER (WHERE asked), 0) AS asked_bytes,
  count(*) FILTER (WHERE format IS NOT NULL) AS named,
  count(*) FILTER (
    WHERE format IS NOT NULL
      AND NOT starts_with(content_type, CASE format WHEN 'jpg' THEN 'image/jpeg' ELSE concat('image/', format) END)
  ) AS fallbacks
FROM formats
