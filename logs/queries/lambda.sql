-- What Lambda@Edge ran, of the lines of its log: `REPORT` lines say what is billed; `Rimlight` metric lines say how long a
-- picture took to fetch and to make.
WITH told AS (
  SELECT
    TRY_CAST(regexp_extract(line, 'Billed Duration: ([0-9]+) ms', 1) AS DOUBLE) AS billed,
    TRY_CAST(regexp_extract(line, 'Memory Size: ([0-9]+) MB', 1) AS DOUBLE) AS memory,
    regexp_like(line, 'Namespace[\\]?":[ ]?[\\]?"Rimlight') AS is_metric,
    coalesce(TRY_CAST(regexp_extract(line, 'FetchTime[\\]?":[ ]?([0-9.]+)', 1) AS DOUBLE), 0) AS fetching,
    coalesce(TRY_CAST(regexp_extract(line, 'TransformTime[\\]?":[ ]?([0-9.]+)', 1) AS DOUBLE), 0) AS making
  FROM lambda_lines
)
SELECT
  count(billed) AS reports,
  coalesce(sum(billed * memory), 0) / 1000 / 1024 AS gb_seconds,
  count(*) FILTER (WHERE is_metric) AS pictures,
  coalesce(sum(fetching + making) FILTER (WHERE is_metric), 0) / 1000 AS picture_seconds
FROM told
