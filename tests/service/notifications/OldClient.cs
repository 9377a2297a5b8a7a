// Polls the notification service as the Silverlight client did: WCF's channel, the contract in C#, two headers.

using System;
using System.Collections.Generic;
using System.Runtime.Serialization;
using System.ServiceModel;
using System.ServiceModel.Channels;

[ServiceContract(Namespace = "http://www.sipsorcery.com/notifications/pull")]
public interface INotifications
{
    [OperationContract] bool IsAlive();
    [OperationContract] int GetPollPeriod();
    [OperationContract] string Subscribe(string subject, string filter);
    [OperationContract] Dictionary<string, List<string>> GetNotifications();
    [OperationContract] void CloseSession(string sessionID);
    [OperationContract] void CloseConnection();
}

[DataContract(Namespace = Space)]
public class SecurityHeader
{
    public const string Space = "http://www.sipsorcery.com/security";
    [DataMember] public string AuthID;
}

[DataContract(Namespace = Space)]
public class NotificationHeader
{
    public const string Space = "http://www.sipsorcery.com/pullnotification";
    [DataMember] public string Address;
}

public static class Program
{
    public static int Main(string[] arguments)
    {
        var address = new EndpointAddress(arguments[0]);
        var binding = new BasicHttpBinding { MaxReceivedMessageSize = 1000000 };
        var service = new ChannelFactory<INotifications>(binding, address).CreateChannel();
        using (new OperationContextScope((IContextChannel)service))
        {
            var headers = OperationContext.Current.OutgoingMessageHeaders;
            var security = new SecurityHeader { AuthID = arguments[1] };
            var notification = new NotificationHeader { Address = Guid.NewGuid().ToString() };
            headers.Add(MessageHeader.CreateHeader("Security", SecurityHeader.Space, security));
            headers.Add(MessageHeader.CreateHeader("Notification", NotificationHeader.Space, notification));
            Poll(service);
        }
        return 0;
    }

    private static void Poll(INotifications service)
    {
        Console.WriteLine("{0} {1}", service.IsAlive(), service.GetPollPeriod());
        var machine = service.Subscribe("Machine", "basetype machine and event *");
        var console = service.Subscribe("Console", "event *");
        Console.WriteLine(machine != console);
        Console.Write(string.Concat(service.GetNotifications()[console]));
        Console.WriteLine(service.GetNotifications() == null ? "nothing new" : "something new");
        try { service.Subscribe("Console", "colour red"); }
        catch (FaultException error) { Console.WriteLine(error.Message); }
        service.CloseSession(console);
        service.CloseConnection();
    }
}
