//! The tables, as the migrations make them on both databases.

diesel::table! {
    workspaces (id) {
        id -> Text,
        handle -> Text,
        name -> Text,
        policy -> Text,
        policy_version -> BigInt,
        scim_enabled -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    workspace_counters (workspace_id) {
        workspace_id -> Text,
        last_ordinal -> BigInt,
        people -> BigInt,
        groups -> BigInt,
    }
}

diesel::table! {
    owners (workspace_id) {
        workspace_id -> Text,
        email -> Text,
        given_name -> Text,
        family_name -> Text,
        password_hash -> Text,
        epoch -> BigInt,
        updated_at -> BigInt,
        totp_secret -> Nullable<Binary>,
        totp_step -> BigInt,
    }
}

diesel::table! {
    first_run (only_one) {
        only_one -> Integer,
        workspace_id -> Text,
    }
}

diesel::table! {
    environments (workspace_id, name) {
        workspace_id -> Text,
        name -> Text,
        position -> BigInt,
        scim_attributes -> Text,
        saml_attributes -> Text,
        default_role -> Text,
        max_age -> Nullable<BigInt>,
    }
}

diesel::table! {
    roles (workspace_id, name) {
        workspace_id -> Text,
        name -> Text,
        created_at -> BigInt,
        privileges -> Text,
    }
}

diesel::table! {
    collaborator_groups (id) {
        id -> Text,
        workspace_id -> Text,
        scim_id -> Text,
        ordinal -> BigInt,
        name -> Text,
        name_fold -> Text,
        external_id -> Nullable<Text>,
        provisioned -> Bool,
        revision -> BigInt,
        created_at -> BigInt,
        modified_at -> BigInt,
    }
}

diesel::table! {
    group_mappings (workspace_id, provider_name) {
        workspace_id -> Text,
        provider_name -> Text,
        group_name -> Text,
    }
}

diesel::table! {
    connections (id) {
        id -> Text,
        workspace_id -> Text,
        name -> Text,
        entity_id -> Text,
        metadata -> Text,
        attribute_names -> Text,
        allow_sha1 -> Bool,
        updated_at -> BigInt,
    }
}

diesel::table! {
    metadata_sources (connection_id) {
        connection_id -> Text,
        url -> Text,
        certificate -> Nullable<Text>,
        is_private -> Bool,
        due_at -> BigInt,
        refreshed_at -> BigInt,
        failures -> BigInt,
        trouble -> Nullable<Text>,
    }
}

diesel::table! {
    certificate_warnings (connection_id, fingerprint, days) {
        connection_id -> Text,
        fingerprint -> Text,
        days -> BigInt,
    }
}

diesel::table! {
    connection_trials (connection_id) {
        connection_id -> Text,
        begun_at -> BigInt,
        ends_at -> BigInt,
        begun_by -> Text,
        entity_id -> Text,
        metadata -> Text,
        attribute_names -> Text,
        allow_sha1 -> Bool,
        url -> Nullable<Text>,
        certificate -> Nullable<Text>,
        is_private -> Bool,
    }
}

diesel::table! {
    scim_tokens (id) {
        id -> Text,
        workspace_id -> Text,
        name -> Text,
        hash -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        connection_id -> Nullable<Text>,
    }
}

diesel::table! {
    scim_attributes (workspace_id, path) {
        workspace_id -> Text,
        path -> Text,
        urn -> Text,
        name -> Text,
        kind -> Text,
        multi_valued -> Bool,
        case_exact -> Bool,
        added_at -> BigInt,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    collaborators (id) {
        id -> Text,
        workspace_id -> Text,
        scim_id -> Text,
        ordinal -> BigInt,
        user_name -> Text,
        user_name_fold -> Text,
        user_name_key -> Text,
        external_id -> Nullable<Text>,
        profile -> Text,
        lifecycle -> Text,
        facts -> Text,
        access -> Text,
        active -> Bool,
        deleted -> Bool,
        version -> BigInt,
        epoch -> BigInt,
        revision -> BigInt,
        created_at -> BigInt,
        modified_at -> BigInt,
        updated_at -> BigInt,
        administers -> Bool,
        due_at -> Nullable<BigInt>,
        marked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    access_history (person_id, version) {
        person_id -> Text,
        version -> BigInt,
        at -> BigInt,
        user_name -> Text,
        lifecycle -> Text,
        facts -> Text,
        access -> Text,
    }
}

diesel::table! {
    group_renames (id) {
        id -> BigInt,
        workspace_id -> Text,
        at -> BigInt,
        former -> Text,
        name -> Text,
    }
}

diesel::table! {
    search_attributes (person_id, path, element) {
        workspace_id -> Text,
        person_id -> Text,
        path -> Text,
        element -> Integer,
        rank -> Integer,
        prefix -> Text,
        folded -> Text,
        exact -> Text,
        ordinal -> BigInt,
    }
}

diesel::table! {
    mails (ordinal) {
        ordinal -> BigInt,
        workspace_id -> Text,
        person_id -> Text,
        invitation -> BigInt,
        attempts -> Integer,
        due_at -> BigInt,
        trouble -> Nullable<Text>,
        queued_at -> BigInt,
    }
}

diesel::table! {
    memberships (group_id, person_id, origin) {
        group_id -> Text,
        person_id -> Text,
        origin -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    saml_links (connection_id, name_id_key) {
        connection_id -> Text,
        name_id_key -> Text,
        name_id -> Text,
        person_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    login_requests (id) {
        id -> Text,
        workspace_id -> Text,
        connection_id -> Text,
        secret -> Text,
        browser -> Text,
        relay_state -> Text,
        return_to -> Nullable<Text>,
        issued_at -> BigInt,
        expires_at -> BigInt,
        is_test -> Bool,
    }
}

diesel::table! {
    consumed_assertions (connection_id, assertion) {
        connection_id -> Text,
        assertion -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        workspace_id -> Text,
        person_id -> Text,
        epoch -> BigInt,
        connection_id -> Text,
        name_id -> Text,
        session_index -> Nullable<Text>,
        authenticated_at -> BigInt,
        expires_at -> BigInt,
        browser -> Nullable<Text>,
        name_id_format -> Nullable<Text>,
        name_qualifier -> Nullable<Text>,
        sp_name_qualifier -> Nullable<Text>,
    }
}

diesel::table! {
    console_sessions (id) {
        id -> Text,
        workspace_id -> Text,
        person_id -> Nullable<Text>,
        epoch -> BigInt,
        application_session -> Nullable<Text>,
        begun_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        notice -> Nullable<Text>,
    }
}

diesel::table! {
    logout_requests (id) {
        id -> Text,
        workspace_id -> Text,
        connection_id -> Text,
        person_id -> Text,
        secret -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    ended_provider_sessions (connection_id, session_key) {
        connection_id -> Text,
        session_key -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    stored_keys (id) {
        id -> Text,
        purpose -> Text,
        workspace_id -> Nullable<Text>,
        public_part -> Binary,
        sealed_secret -> Binary,
        created_at -> BigInt,
        standing -> Text,
    }
}

diesel::table! {
    audit_entries (ordinal) {
        ordinal -> BigInt,
        workspace_id -> Text,
        at -> BigInt,
        kind -> Text,
        source -> Text,
        actor -> Text,
        subject -> Text,
        subject_id -> Nullable<Text>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        request_id -> Nullable<Text>,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        seq -> Nullable<BigInt>,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    audit_heads (workspace_id) {
        workspace_id -> Text,
        seq -> BigInt,
        hash -> Text,
        signature -> Text,
    }
}

diesel::table! {
    audit_anchors (workspace_id) {
        workspace_id -> Text,
        seq -> BigInt,
        hash -> Text,
        signature -> Text,
    }
}

diesel::table! {
    audit_spans (workspace_id, span) {
        workspace_id -> Text,
        span -> BigInt,
        first_at -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    daily_counts (workspace_id, kind, day) {
        workspace_id -> Text,
        kind -> Text,
        day -> BigInt,
        count -> BigInt,
    }
}

diesel::table! {
    scim_requests (ordinal) {
        ordinal -> BigInt,
        workspace_id -> Text,
        at -> BigInt,
        request_id -> Nullable<Text>,
        client -> Text,
        method -> Text,
        path -> Text,
        status -> Integer,
        micros -> BigInt,
        body -> Nullable<Text>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    login_attempts (ordinal) {
        ordinal -> BigInt,
        workspace_id -> Text,
        at -> BigInt,
        reference -> Text,
        standing -> Text,
        ended -> Text,
        failed_check -> Nullable<Text>,
        person_id -> Nullable<Text>,
        name -> Nullable<Text>,
        name_key -> Nullable<Text>,
        story -> Nullable<Text>,
    }
}

diesel::table! {
    outbox (ordinal) {
        ordinal -> BigInt,
        workspace_id -> Text,
        kind -> Text,
        at -> BigInt,
        payload -> Text,
    }
}

diesel::joinable!(metadata_sources -> connections (connection_id));
diesel::joinable!(connection_trials -> connections (connection_id));
diesel::allow_tables_to_appear_in_same_query!(connections, metadata_sources);
diesel::allow_tables_to_appear_in_same_query!(connections, connection_trials);
diesel::allow_tables_to_appear_in_same_query!(
    access_history,
    group_renames,
    audit_entries,
    collaborator_groups,
    collaborators,
    mails,
    memberships,
    search_attributes,
    saml_links,
    sessions,
    workspaces
);
