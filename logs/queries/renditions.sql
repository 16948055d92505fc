-- What pictures were asked to be: `asked` by a size, a quality or a format in the query, or by the function's own word for
-- it; `fallbacks` are those that named a format, and came in another one.
WITH pictures AS (
  SELECT content_type, bytes, url_decode(log_data) AS told, concat('&', uri_query, '&') AS query
  FROM requests
  WHERE status = 200 AND starts_with(content_type, 'image/')
),
formats AS (
  SELECT
    bytes,
    CASE
      WHEN query LIKE '%&w=%' THEN true
      WHEN query LIKE '%&h=%' OR query LIKE '%&q=%' OR query LIKE '%&fm=%' THEN true
      ELSE coalesce(regexp_like(told, '[ &?](w|h|q|fm)='), false)
    END AS asked,
    content_type,
    CASE
      WHEN coalesce(regexp_like(told, '[ &?]fm=(webp|avif|jpg|png)'), false)
        THEN regexp_extract(told, '[ &?]fm=(webp|avif|jpg|png)', 1)
      WHEN query LIKE '%&fm=%' THEN regexp_extract(query, '&fm=(webp|avif|jpg|png)&', 1)
      ELSE ''
    END AS format
  FROM pictures
)
SELECT
  count(*) AS pictures,
  coalesce(sum(bytes), 0) AS bytes,
  count(*) FILTER (WHERE asked) AS asked,
  coalesce(sum(bytes) FILTER (WHERE asked), 0) AS asked_bytes,
  count(*) FILTER (WHERE format <> '') AS named,
  count(*) FILTER (
    WHERE format <> ''
      AND NOT starts_with(content_type, CASE format WHEN 'jpg' THEN 'image/jpeg' ELSE concat('image/', format) END)
  ) AS fallbacks
FROM formats
