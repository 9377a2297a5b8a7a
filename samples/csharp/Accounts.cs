// Lists, makes, changes and deletes SIP accounts, and reads call records, in JSON.
// Compile with .NET Framework or with Mono: mcs -r:System.Net.Http -r:System.Runtime.Serialization Accounts.cs
// SIPSORCERY_TOKEN=sips_... mono Accounts.exe https://sip.example.org/api/v1
// The token needs the scopes accounts:read, accounts:write and calls:read.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;

[DataContract]
public class Account
{
    [DataMember(EmitDefaultValue = false)] public string id;
    [DataMember(EmitDefaultValue = false)] public string sip_username;
    [DataMember(EmitDefaultValue = false)] public string sip_domain;
    [DataMember(EmitDefaultValue = false)] public string sip_password;
    [DataMember(EmitDefaultValue = false)] public bool is_incoming_only;
}

[DataContract]
public class Domain
{
    [DataMember] public string domain;
}

[DataContract]
public class CallRecord
{
    [DataMember] public string from_user;
    [DataMember] public string dst;
    [DataMember] public int duration;
}

[DataContract]
public class Page<T>
{
    [DataMember] public T[] items;
}

// An error as the service tells it (RFC 9457).
[DataContract]
public class Told
{
    [DataMember] public string detail;
    [DataMember] public int status;
    [DataMember] public string rule;
    [DataMember] public string field;
}

public class Problem : Exception
{
    public readonly Told Told;

    public Problem(Told told) : base(told.detail) { Told = told; }
}

public class Api
{
    private readonly Uri address;
    private readonly HttpClient client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };

    public Api(string address, string token)
    {
        this.address = new Uri(address + "/");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public HttpResponseMessage Ask(string method, string path, object json = null, string tag = null, string key = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, path));
        if (json != null) request.Content = new StringContent(Written(json), Encoding.UTF8, "application/json");
        if (tag != null) request.Headers.Add("If-Match", tag);
        if (key != null) request.Headers.Add("Idempotency-Key", key);
        var answer = client.SendAsync(request).Result;
        var type = answer.Content.Headers.ContentType;
        if (type != null && type.MediaType == "application/problem+json") throw new Problem(Read<Told>(answer));
        return answer.EnsureSuccessStatusCode();
    }

    // All records of a list, page by page.
    public IEnumerable<T> Records<T>(string path)
    {
        while (path != null)
        {
            var page = Ask("GET", path);
            foreach (var record in Read<Page<T>>(page).items) yield return record;
            IEnumerable<string> links;
            path = page.Headers.TryGetValues("Link", out links) ? links.First().Split('<', '>')[1] : null;
        }
    }

    public static T Read<T>(HttpResponseMessage answer)
    {
        return (T)new DataContractJsonSerializer(typeof(T)).ReadObject(answer.Content.ReadAsStreamAsync().Result);
    }

    private static string Written(object json)
    {
        var text = new MemoryStream();
        new DataContractJsonSerializer(json.GetType()).WriteObject(text, json);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}

public static class Program
{
    public static int Main(string[] arguments)
    {
        try
        {
            Tour(new Api(arguments[0], Environment.GetEnvironmentVariable("SIPSORCERY_TOKEN")));
            return 0;
        }
        catch (Problem problem)
        {
            var told = problem.Told;
            Console.Error.WriteLine("{0}: {1} ({2})", told.field ?? told.status.ToString(), told.detail, told.rule ?? "no rule");
        }
        catch (AggregateException error)
        {
            Console.Error.WriteLine(error.GetBaseException().Message);
        }
        return 1;
    }

    private static void Tour(Api api)
    {
        foreach (var each in api.Records<Account>("sip-accounts"))
            Console.WriteLine("{0}@{1}", each.sip_username, each.sip_domain);

        var domain = api.Records<Domain>("domains").First().domain;
        var password = Guid.NewGuid().ToString("N").Substring(0, 14);
        var account = new Account { sip_username = "sample-desk", sip_domain = domain, sip_password = password };
        var key = Guid.NewGuid().ToString();
        var made = api.Ask("POST", "sip-accounts", account, key: key);
        var again = api.Ask("POST", "sip-accounts", account, key: key); // as after an answer that was lost
        var isSame = Api.Read<Account>(again).id == Api.Read<Account>(made).id;
        Console.WriteLine(isSame ? "Made once." : "Made twice.");

        string path = made.Headers.Location.OriginalString, tag = made.Headers.ETag.ToString();
        var changed = api.Ask("PATCH", path, new Account { is_incoming_only = true }, tag);
        Console.WriteLine("Takes calls only: {0}", Api.Read<Account>(changed).is_incoming_only ? "true" : "false");
        DeleteAsRead(api, path, tag);

        foreach (var record in api.Records<CallRecord>("cdrs?limit=3").Take(3))
            Console.WriteLine("{0} called {1}, {2} s", record.from_user, record.dst, record.duration);
        api.Ask("POST", "sip-accounts", new Account { sip_username = "a", sip_domain = domain });
    }

    // Deletes a record as it was read; if it has changed since, reads it again first.
    private static void DeleteAsRead(Api api, string path, string tag)
    {
        try
        {
            api.Ask("DELETE", path, tag: tag);
        }
        catch (Problem problem)
        {
            if (problem.Told.status != 412) throw;
            Console.WriteLine("It has changed since it was read.");
            DeleteAsRead(api, path, api.Ask("GET", path).Headers.ETag.ToString());
        }
    }
}
