-- +goose Up
UPDATE request_attachments SET author_role = CASE
    WHEN EXISTS (SELECT 1 FROM requests r WHERE r.id = request_attachments.request_id AND (r.person_id = request_attachments.author_id
        OR EXISTS (SELECT 1 FROM people p WHERE p.id = request_attachments.author_id AND p.merged_into = r.person_id))) THEN 'resident'
    WHEN EXISTS (SELECT 1 FROM requests r WHERE r.id = request_attachments.request_id AND r.worker_id = request_attachments.author_id)
        OR EXISTS (SELECT 1 FROM request_timeline l WHERE l.request_id = request_attachments.request_id AND l.actor_id = request_attachments.author_id AND l.actor_role = 'worker') THEN 'worker'
    ELSE 'staff' END WHERE author_role = '';
