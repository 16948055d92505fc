-- By edge location, such as FRA56-P1; its first three letters say where it is.
WITH locations AS (
  SELECT
    edge_location,
    count(*) AS requests,
    coalesce(sum(bytes), 0) AS bytes,
    count(*) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')) AS hits,
    coalesce(sum(bytes) FILTER (WHERE result_type IN ('Hit', 'RefreshHit')), 0) AS hit_bytes
  FROM requests
  GROUP BY edge_location
)
SELECT edge_location, coalesce(edge_regions.region, 'unknown') AS region, requests, bytes, hits, hit_bytes
FROM locations
LEFT JOIN edge_regions ON edge_regions.code = substr(edge_location, 1, 3)
ORDER BY requests DESC, edge_location
