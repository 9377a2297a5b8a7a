// Polls the notification service through the proxy that Mono's `wsdl` has made of the published contract.

using System;
using System.Net;

public class Notifications : NotificationsPullService
{
    public string Token;

    protected override WebRequest GetWebRequest(Uri address)
    {
        var request = base.GetWebRequest(address);
        request.Headers.Add("authid", Token);
        return request;
    }
}

public static class Program
{
    public static int Main(string[] arguments)
    {
        var service = new Notifications { Url = arguments[0], Token = arguments[1] };
        var connection = Guid.NewGuid().ToString();
        bool isAlive, isTold;
        int period;
        service.IsAlive(out isAlive, out isTold);
        service.GetPollPeriod(out period, out isTold);
        Console.WriteLine("{0} {1}", isAlive, period);
        var machine = service.SubscribeForAddress("Machine", "basetype machine and event *", connection);
        var console = service.SubscribeForAddress("Console", "event *", connection);
        Console.WriteLine(machine != console);
        foreach (var told in service.GetNotificationsForAddress(connection))
            if (told.Key == console) Console.Write(string.Concat(told.Value));
        Console.WriteLine(service.GetNotificationsForAddress(connection) == null ? "nothing new" : "something new");
        try { service.SubscribeForAddress("Console", "colour red", connection); }
        catch (System.Web.Services.Protocols.SoapException error) { Console.WriteLine(error.Message); }
        service.CloseSession(console);
        service.CloseConnectionForAddress(connection);
        return 0;
    }
}
