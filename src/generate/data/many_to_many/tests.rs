use crate::{
    backend,
    generate::{GenerateOptions, generate},
    project::fixture::ProjectFiles,
};

fn generated_schema(schema: &str) -> String {
    let project = ProjectFiles::default().graphql("api", schema).open();
    let backend = backend::interpret(&project, None);
    let options = GenerateOptions { branch: "main".into() };
    let generated = generate(&backend, project.files(), &options).unwrap();
    String::from_utf8(generated.tree.get("amplify/data/schema.graphql").unwrap().to_vec()).unwrap()
}

#[test]
fn the_join_model_is_written_out() {
    let schema = generated_schema(
        r#"type Post @model @auth(rules: [{ allow: owner }, # the author
  {allow: groups,
   groups: ["Admins"]}]) {
  id: ID!
  "Words: @manyToMany(relationName: \"x\")"
  tags: [Tag!]! @manyToMany(relationName: "postTags", limit: 20) # kept
}
type Tag @model @auth(rules: { allow: owner }) {
  label: String! @primaryKey(sortKeyFields: ["weight", "shade"])
  weight: Int!
  shade: AWSDate!
}
extend type Tag { posts: [Post] @manyToMany(relationName: "postTags") }"#,
    );
    insta::assert_snapshot!(schema, @r#"
    type Post @model @auth(rules: [{ allow: owner }, # the author
      {allow: groups,
       groups: ["Admins"]}]) {
      id: ID!
      "Words: @manyToMany(relationName: \"x\")"
      tags: [PostTags] @hasMany(indexName: "byPost", fields: ["id"], limit: 20) # kept
    }
    type Tag @model @auth(rules: { allow: owner }) {
      label: String! @primaryKey(sortKeyFields: ["weight", "shade"])
      weight: Int!
      shade: AWSDate!
    }
    extend type Tag { posts: [PostTags] @hasMany(indexName: "byTag", fields: ["label", "weight", "shade"]) }

    """Made by @manyToMany in Gen 1."""
    type PostTags @model @auth(rules: [{ allow: owner }, {allow: groups, groups: ["Admins"]}]) {
      id: ID!
      postId: ID! @index(name: "byPost")
      tagLabel: String! @index(name: "byTag", sortKeyFields: ["tagWeight", "tagShade"])
      tagWeight: Int!
      tagShade: AWSDate!
      post: Post! @belongsTo(fields: ["postId"])
      tag: Tag! @belongsTo(fields: ["tagLabel", "tagWeight", "tagShade"])
    }
    "#);
}

#[test]
fn without_rules_gen1_defaults_are_said_for_the_join_too() {
    let schema = generated_schema(
        "type A @model { id: ID! b: [B] @manyToMany(relationName: \"AB\") }\ntype B @model { id: ID! a: [A] @manyToMany(relationName: \"AB\") }",
    );
    assert_eq!(
        schema.matches("@model @auth(rules: [{ allow: private }])").count(),
        3,
        "{schema}"
    );
}

#[test]
fn a_relation_with_one_side_is_left_and_told() {
    let schema = "type A @model { id: ID! b: [B] @manyToMany(relationName: \"AB\") }\ntype B @model { id: ID! }";
    let project = ProjectFiles::default().graphql("api", schema).open();
    let backend = backend::interpret(&project, None);
    let told = backend
        .findings
        .iter()
        .find(|finding| finding.id == "many-to-many-incomplete")
        .unwrap();
    assert!(told.message.contains("AB has 1 sides"), "{}", told.message);
    assert!(generated_schema(schema).contains("@manyToMany"));
}

#[test]
fn a_later_rule_for_a_role_takes_the_place_of_an_earlier_one() {
    let schema = generated_schema(
        r#"type Line @model @auth(rules: [{ allow: groups, groups: ["Planners", "Guests"], operations: [read] },
            { allow: private }, { allow: owner }, { allow: public, provider: iam }]) {
          id: ID! stations: [Station] @manyToMany(relationName: "LineStations")
        }
        type Station @model @auth(rules: [{ allow: groups, groups: ["Admin", "Planners"] }, { allow: private, operations: [read] },
            { allow: owner, ownerField: "keeper" }, { allow: public }]) {
          id: ID! keeper: String lines: [Line] @manyToMany(relationName: "LineStations")
        }"#,
    );
    let join = schema
        .lines()
        .find(|line| line.starts_with("type LineStations"))
        .unwrap();
    insta::assert_snapshot!(join, @r#"type LineStations @model @auth(rules: [{ allow: groups, operations: [read], groups: ["Guests"] }, { allow: owner }, { allow: public, provider: iam }, { allow: groups, groups: ["Admin", "Planners"] }, { allow: private, operations: [read] }, { allow: owner, ownerField: "keeper" }, { allow: public }]) {"#);
}
