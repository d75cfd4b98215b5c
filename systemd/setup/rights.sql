-- What PostgreSQL lets every role do in every database and nothing of ticketd needs: large objects, and messages in the WAL.
-- Both fill the disk. In ticketd's own database, where this is given by a superuser, only superusers do it from now on.
DO $$
DECLARE
  each regprocedure;
BEGIN
  FOR each IN
    SELECT oid FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname ~ '^(lo_|loread$|lowrite$)' OR proname = 'pg_logical_emit_message')
      AND has_function_privilege('public', oid, 'EXECUTE')
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', each);
  END LOOP;
END $$;
