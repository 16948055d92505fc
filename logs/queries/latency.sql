-- Seconds to the first and to the last byte, at the percentiles 50, 75, 95 and 99: by edge location, by region, and for
-- all, hits apart from the rest. They are exact: the smallest value that so many of a hundred are not above. Equal values
-- are counted first, since logs know milliseconds alone.
WITH answers AS (
  SELECT
    coalesce(edge_location, 'unknown') AS edge_location,
    CASE WHEN result_type IN ('Hit', 'RefreshHit') THEN 'hit' ELSE 'other' END AS outcome,
    first_byte_seconds,
    seconds
  FROM requests
  WHERE seconds IS NOT NULL
),
distinct_values AS (
  SELECT
    edge_location,
    outcome,
    CASE WHEN GROUPING(seconds) = 0 THEN 'last' ELSE 'first' END AS byte,
    CASE WHEN GROUPING(seconds) = 0 THEN seconds ELSE first_byte_seconds END AS value,
    count(*) AS requests
  FROM answers
  GROUP BY GROUPING SETS ((edge_location, outcome, seconds), (edge_location, outcome, first_byte_seconds))
),
located AS (
  SELECT edge_location, coalesce(edge_regions.region, 'unknown') AS region, outcome, byte, value, requests
  FROM distinct_values
  LEFT JOIN edge_regions ON edge_regions.code = substr(edge_location, 1, 3)
  WHERE value IS NOT NULL
),
counted AS (
  SELECT edge_location, region, outcome, byte, value, sum(requests) AS requests
  FROM located
  GROUP BY GROUPING SETS (
    (edge_location, region, outcome, byte, value),
    (region, outcome, byte, value),
    (outcome, byte, value)
  )
),
ranked AS (
  SELECT
    edge_location,
    region,
    outcome,
    byte,
    value,
    sum(requests) OVER (PARTITION BY edge_location, region, outcome, byte ORDER BY value) AS up_to,
    sum(requests) OVER (PARTITION BY edge_location, region, outcome, byte) AS requests
  FROM counted
)
SELECT
  edge_location,
  region,
  outcome,
  max(requests) FILTER (WHERE byte = 'last') AS requests,
  CASE WHEN count(*) FILTER (WHERE byte = 'first') > 0 THEN ARRAY[
    min(value) FILTER (WHERE byte = 'first' AND up_to * 100 >= requests * 50),
    min(value) FILTER (WHERE byte = 'first' AND up_to * 100 >= requests * 75),
    min(value) FILTER (WHERE byte = 'first' AND up_to * 100 >= requests * 95),
    min(value) FILTER (WHERE byte = 'first' AND up_to * 100 >= requests * 99)
  ] END AS first_byte,
  ARRAY[
    min(value) FILTER (WHERE byte = 'last' AND up_to * 100 >= requests * 50),
    min(value) FILTER (WHERE byte = 'last' AND up_to * 100 >= requests * 75),
    min(value) FILTER (WHERE byte = 'last' AND up_to * 100 >= requests * 95),
    min(value) FILTER (WHERE byte = 'last' AND up_to * 100 >= requests * 99)
  ] AS last_byte
FROM ranked
GROUP BY edge_location, region, outcome
ORDER BY requests DESC, region, edge_location, outcome
