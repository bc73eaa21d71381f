-- Who is who, where our own store is the directory. A patient is found by phone, or by marks of the name.

-- name: add
-- A new patient; nothing happens when the key is known.
INSERT INTO patients (tenant, key, name, birth_date, owner_id) VALUES (:tenant, :key, :name, :birth_date, :owner_id)
ON CONFLICT (tenant, key) DO NOTHING;

-- name: put
-- A new patient, or what is known of this one now.
INSERT INTO patients (tenant, key, name, birth_date, owner_id) VALUES (:tenant, :key, :name, :birth_date, :owner_id)
ON CONFLICT (tenant, key) DO UPDATE SET name = excluded.name, birth_date = excluded.birth_date,
    owner_id = COALESCE(excluded.owner_id, patients.owner_id);

-- name: forget_phones
-- To be followed by those that hold now.
DELETE FROM patient_phones
WHERE tenant = :tenant AND patient_id = (SELECT id FROM patients WHERE tenant = :tenant AND key = :key);

-- name: forget_marks
-- To be followed by those of the name that holds now.
DELETE FROM patient_marks
WHERE tenant = :tenant AND patient_id = (SELECT id FROM patients WHERE tenant = :tenant AND key = :key);

-- name: add_phone
-- A number of the patient, E.164; the one of least rank is called first.
INSERT INTO patient_phones (tenant, phone, patient_id, rank)
SELECT tenant, CAST(:phone AS TEXT), id, CAST(:rank AS INTEGER) FROM patients WHERE tenant = :tenant AND key = :key
ON CONFLICT DO NOTHING;

-- name: add_mark
-- Something of the name that a name heard may share.
INSERT INTO patient_marks (tenant, mark, patient_id)
SELECT tenant, CAST(:mark AS TEXT), id FROM patients WHERE tenant = :tenant AND key = :key
ON CONFLICT DO NOTHING;

-- name: by_key
-- The patient known under a key.
SELECT id, name, birth_date, owner_id, (
    SELECT phone FROM patient_phones
    WHERE tenant = patients.tenant AND patient_id = patients.id ORDER BY rank, phone LIMIT 1
) AS phone_e164
FROM patients WHERE tenant = :tenant AND key = :key;

-- name: by_id
-- One patient.
SELECT id, name, birth_date, owner_id, (
    SELECT phone FROM patient_phones
    WHERE tenant = patients.tenant AND patient_id = patients.id ORDER BY rank, phone LIMIT 1
) AS phone_e164
FROM patients WHERE tenant = :tenant AND id = :id;

-- name: by_phone
-- Everybody with this number, those first whose first number it is.
SELECT id, name, birth_date, owner_id, (
    SELECT phone FROM patient_phones
    WHERE tenant = patients.tenant AND patient_id = patients.id ORDER BY rank, phone LIMIT 1
) AS phone_e164
FROM patient_phones AS had JOIN patients ON patients.tenant = had.tenant AND patients.id = had.patient_id
WHERE had.tenant = :tenant AND had.phone = :phone ORDER BY had.rank, id LIMIT :limit;

-- name: by_mark
-- Everybody whose name shares something with one that was heard.
SELECT id, name, birth_date, owner_id, (
    SELECT phone FROM patient_phones
    WHERE tenant = patients.tenant AND patient_id = patients.id ORDER BY rank, phone LIMIT 1
) AS phone_e164
FROM patient_marks AS had JOIN patients ON patients.tenant = had.tenant AND patients.id = had.patient_id
WHERE had.tenant = :tenant AND had.mark = :mark ORDER BY id LIMIT :limit;

-- name: by_birth_date
-- Everybody born on a day.
SELECT id, name, birth_date, owner_id, (
    SELECT phone FROM patient_phones
    WHERE tenant = patients.tenant AND patient_id = patients.id ORDER BY rank, phone LIMIT 1
) AS phone_e164
FROM patients WHERE tenant = :tenant AND birth_date = :birth_date ORDER BY id LIMIT :limit;

-- name: page
-- Patients by number, after a given one.
SELECT id, name, birth_date, owner_id, (
    SELECT phone FROM patient_phones
    WHERE tenant = patients.tenant AND patient_id = patients.id ORDER BY rank, phone LIMIT 1
) AS phone_e164
FROM patients WHERE tenant = :tenant AND id > :after ORDER BY id LIMIT :limit;

-- name: remove
-- The patient is known no more; refused by the database while an appointment names him.
DELETE FROM patients WHERE tenant = :tenant AND id = :id;
