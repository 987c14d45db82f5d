-- The mean of each kind of reading in each hall, over all runs.
CREATE MATERIALIZED VIEW halls AS
SELECT hall, kind, count(*) AS readings, avg(value) AS mean
FROM readings
GROUP BY hall, kind;
