-- Files that came, in a state that their consumer gave them: the earliest data first.
SELECT place FROM download_queue WHERE state = :state ORDER BY time, place;
