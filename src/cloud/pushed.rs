//! The templates that a deployment left in its bucket (`amplify push` in the deployment bucket, CDK among its assets): what a
//! nested stack looked like before this tool changed it, when no journal tells.

use futures::future::join_all;
use indexmap::IndexMap;
use serde_json::Value;

use super::Cloud;
use crate::{
    cloudformation::{
        Template,
        evaluate::{Evaluator, NoAttributes, ParameterValue, ParameterValues, PseudoParameters},
    },
    deployment::{Stack, StackTree},
};

/// Templates of the nested stacks by stack name, as their parents name them; what cannot be read is left out.
pub async fn pushed_templates(cloud: &Cloud, tree: &StackTree, account_id: Option<&str>) -> IndexMap<String, Template> {
    let mut locations = Vec::new();
    collect(cloud, tree, account_id, &mut locations);
    let reads = locations.into_iter().map(|(stack, bucket, key)| async move {
        let body = cloud.objects.get(&bucket, &key).await.ok().flatten()?;
        let template = Template::parse(&String::from_utf8(body).ok()?, &stack).ok()?;
        Some((stack, template))
    });
    join_all(reads).await.into_iter().flatten().collect()
}

fn collect(cloud: &Cloud, tree: &StackTree, account_id: Option<&str>, found: &mut Vec<(String, String, String)>) {
    if let Ok(template) = Template::parse(&tree.stack.template_body, &tree.stack.name) {
        let parameters = parameter_values(&tree.stack);
        let pseudo = PseudoParameters {
            stack_name: Some(tree.stack.name.clone()),
            ..PseudoParameters::of_region(&cloud.region, account_id)
        };
        let evaluator = Evaluator::new(&template, &parameters, pseudo, &NoAttributes);
        for (logical_id, child) in &tree.nested {
            let url = template
                .resource(logical_id)
                .and_then(|resource| resource.property("TemplateURL"))
                .and_then(|url| evaluator.value(url).value);
            if let Some((bucket, key)) = url.as_ref().and_then(Value::as_str).and_then(bucket_and_key) {
                found.push((child.stack.name.clone(), bucket, key));
            }
        }
    }
    for child in tree.nested.values() {
        collect(cloud, child, account_id, found);
    }
}

fn parameter_values(stack: &Stack) -> ParameterValues {
    stack
        .parameters
        .iter()
        .filter_map(|parameter| {
            let value = parameter
                .resolved_value
                .as_ref()
                .or(parameter.parameter_value.as_ref())?;
            Some((parameter.parameter_key.clone(), ParameterValue::Text(value.clone())))
        })
        .collect()
}

/// Bucket and key of an S3 URL, whether the bucket stands in the host or in the path.
fn bucket_and_key(url: &str) -> Option<(String, String)> {
    let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
    let path = path.split('?').next()?;
    let is_service = |text: &str| text == "s3" || text.starts_with("s3.") || text.starts_with("s3-");
    let (bucket, key) = if is_service(host) {
        path.split_once('/')?
    } else {
        let (bucket, _) = host
            .match_indices(".s3")
            .map(|(at, _)| (&host[..at], &host[at + 1..]))
            .find(|(_, service)| is_service(service))?;
        (bucket, path)
    };
    let valid = !bucket.is_empty() && !key.is_empty();
    valid.then(|| (bucket.to_owned(), decoded(key)))
}

/// Percent escapes of a URL path.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_and_keys_of_all_forms_of_urls() {
        let expected = Some(("my.s3bucket-x".to_owned(), "a b/c.json".to_owned()));
        for url in [
            "https://s3.amazonaws.com/my.s3bucket-x/a%20b/c.json",
            "https://s3.eu-west-1.amazonaws.com/my.s3bucket-x/a b/c.json",
            "https://s3-eu-west-1.amazonaws.com/my.s3bucket-x/a%20b/c.json?versionId=1",
            "https://my.s3bucket-x.s3.amazonaws.com/a%20b/c.json",
            "https://my.s3bucket-x.s3.cn-north-1.amazonaws.com.cn/a%20b/c.json",
        ] {
            assert_eq!(bucket_and_key(url), expected, "{url}");
        }
        for url in [
            "",
            "http://s3.amazonaws.com/b/k",
            "https://example.com/b/k",
            "https://s3.amazonaws.com/b",
        ] {
            assert_eq!(bucket_and_key(url), None, "{url}");
        }
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
